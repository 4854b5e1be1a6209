"""Vietnamese."""

from __future__ import annotations

from shared.assistant.sentences.kinds import Phrase, Sentences

_CONTACT = "Liên hệ: {contact}"
VI = Sentences(
    nameless="doanh nghiệp",
    way_out="Trả lời STOP để ngừng nhận tin.",
    said={
        Phrase.UNKNOWN: ("Tôi không biết điều đó và không muốn đoán. Nhân viên của {name} có thể giúp bạn.", _CONTACT),
        Phrase.HAND_OFF: (
            "Xin lỗi, hiện tôi chưa trả lời được câu này. Tin nhắn của bạn đã được lưu cho nhân viên của {name}.",
            _CONTACT,
        ),
        Phrase.NOT_CONNECTED: (
            "Cảm ơn tin nhắn của bạn. {name} chưa kết nối trợ lý nên chưa có câu trả lời tự động. Tin nhắn của "
            "bạn đã được lưu cho nhân viên.",
            _CONTACT,
        ),
        Phrase.OPTED_OUT: ("Bạn sẽ không nhận tin nhắn từ {name} nữa. Trả lời START để nhận lại.", ""),
        Phrase.OPTED_IN: (
            "Bạn sẽ lại nhận tin nhắn từ {name}. Trả lời HELP để được trợ giúp, STOP để ngừng nhận tin.",
            "",
        ),
        Phrase.HELP: ("{name}: hãy gửi câu hỏi tại đây. Trả lời STOP để ngừng nhận tin.", _CONTACT),
        Phrase.TOLD_WAITING: ("Cảm ơn bạn. Nhân viên của {name} đã được báo, và sẽ có người trả lời bạn tại đây.", ""),
        Phrase.OVER_LIMIT: (
            "Cảm ơn tin nhắn của bạn. Tin đã được lưu, và nhân viên của {name} sẽ trả lời bạn tại đây.",
            "",
        ),
        Phrase.CHAT_STOPPED: (
            "Cuộc trò chuyện này đã tạm dừng: {name} sẽ không viết gì thêm ở đây. Viết START để tiếp tục.",
            "",
        ),
        Phrase.CHAT_STARTED: ("Cuộc trò chuyện với {name} được tiếp tục. Viết STOP để tạm dừng.", ""),
        Phrase.TOLD_CLOSED: (
            "Cảm ơn bạn. Nhân viên của {name} đã được báo. Hiện đang đóng cửa, mở lại {opens}. Hãy để lại e-mail "
            "hoặc số điện thoại để nhân viên liên hệ với bạn.",
            "",
        ),
        Phrase.TOLD_AWAY: (
            "Cảm ơn bạn. Nhân viên của {name} đã được báo, nhưng hiện đang đóng cửa. Hãy để lại e-mail hoặc số "
            "điện thoại để nhân viên liên hệ với bạn.",
            "",
        ),
    },
)
