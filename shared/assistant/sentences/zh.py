"""Chinese, in simplified characters."""

from __future__ import annotations

from shared.assistant.sentences.kinds import Phrase, Sentences

_CONTACT = "联系方式：{contact}"
ZH = Sentences(
    nameless="商家",
    way_out="回复 STOP 退订。",
    gap="",
    said={
        Phrase.UNKNOWN: ("这一点我不清楚，也不想乱猜。{name}的工作人员可以帮您。", _CONTACT),
        Phrase.HAND_OFF: ("抱歉，这个问题我现在无法回答。您的留言已为{name}的工作人员保存。", _CONTACT),
        Phrase.NOT_CONNECTED: (
            "感谢您的留言。{name}尚未接入助手，因此没有自动回复。您的留言已为工作人员保存。",
            _CONTACT,
        ),
        Phrase.OPTED_OUT: ("您已退订{name}的短信，不会再收到。回复 START 可重新接收。", ""),
        Phrase.OPTED_IN: ("您将重新收到{name}的短信。回复 HELP 获取帮助，回复 STOP 退订。", ""),
        Phrase.HELP: ("{name}：请在此发送您的问题。回复 STOP 退订。", _CONTACT),
        Phrase.TOLD_WAITING: ("谢谢。已通知{name}的工作人员，会有人在此回复您。", ""),
        Phrase.OVER_LIMIT: ("感谢您的留言。留言已保存，{name}的工作人员会在此回复您。", ""),
        Phrase.CHAT_STOPPED: ("此对话已静音：{name}不会再在这里发消息。输入 START 可继续。", ""),
        Phrase.CHAT_STARTED: ("与{name}的对话已恢复。输入 STOP 可静音。", ""),
        Phrase.TOLD_CLOSED: (
            "谢谢。已通知{name}的工作人员。现在已打烊，{opens}恢复营业。请留下电子邮箱或电话号码，方便他们联系您。",
            "",
        ),
        Phrase.TOLD_AWAY: (
            "谢谢。已通知{name}的工作人员，但现在已打烊。请留下电子邮箱或电话号码，方便他们联系您。",
            "",
        ),
    },
)
