"""Vietnamese, with and without its tone marks."""

from __future__ import annotations

from shared.knowledge.languages.kinds import Vocabulary

VI = Vocabulary(
    toned=True,
    idle="""
    ạ à ad ai anh ấy bác bạn bận bằng bao_giờ bé_nhà bên bên_bạn bên_mình bị biết bởi buổi_đầu cả các các_bạn cách cái
    cái_gì cảm_ơn cám_ơn cần cậu chắc chào chào_bạn chào_buổi_sáng chào_buổi_tối chấp_nhận chỉ chị cho chỗ_mình chứ
    chưa chúc chúng chúng_mình chúng_tôi chút có cô có_thể còn cứ của cũng cùng cung_cấp dạ dạ_em dạ_vâng dạy diễn_ra
    do dù dùng em ghé ghé_qua gì giùm giúp_tôi hả hài_lòng hân_hạnh hay hãy hello hẹn_gặp_lại hi hoặc hoạt_động_ra_sao
    hỏi hỏi_thăm hơn khác khi không không_có_gì kia là lại làm lắm làm_ơn làm_sao lần lát lấy lên loại lúc luôn mà
    mang_tính mấy mình mọi mỗi một một_ngày_tốt_lành muốn mượn nào này nay nên nếu ngày_tốt_lành nghĩ ngoài ngoài_ra
    người nhà nhận nhất nhé nhỉ nhiên nhờ như như_thế_nào nhưng những những_gì nói nữa ở ơi ok okay phải phục_vụ qua
    quá quan_tâm quý_khách ra rất rất_vui rồi sao sau sẽ shop ta tại tạm_biệt tất tham_gia thật thấy thế thế_nào thêm
    theo thì thích thôi thông_tin tìm tìm_hiểu toi tôi tốt tốt_lành trên trong trung_tâm trước trường từ tuy tuy_nhiên
    và vài vẫn vâng vào vậy về vì việc với vừa vui_lòng xem xin xin_chào xin_hỏi xin_lỗi xong đã đặc_biệt đang
    đầu_tiên đây để đến đẹp đều đi đi_kèm đó đối đúng được
    """,
    means={
        "address": "địa_chỉ đường đường_đi chỉ_đường vị_trí",
        "adult": "người_lớn người_trưởng_thành",
        "advanced": "nâng_cao",
        "afternoon": "chiều buổi_chiều",
        "age": "tuổi độ_tuổi mấy_tuổi bao_nhiêu_tuổi",
        "april": "tháng_tư tháng_4",
        "ask": "câu_hỏi thắc_mắc",
        "assess": "đánh_giá kiểm_tra_trình_độ",
        "assistant": "trợ_lý trợ_lý_ảo",
        "august": "tháng_tám tháng_8",
        "baby": "em_bé bé sơ_sinh trẻ_sơ_sinh",
        "bathroom": "nhà_vệ_sinh phòng_vệ_sinh toilet",
        "beginner": "người_mới mới_bắt_đầu mới_học chưa_biết_bơi",
        "birthday": "sinh_nhật",
        "bring": "mang mang_theo đem đem_theo chuẩn_bị",
        "bus": "xe_buýt tàu_điện",
        "cancel": "hủy huỷ hủy_bỏ",
        "card": "thẻ thẻ_tín_dụng",
        "cash": "tiền_mặt",
        "certified": "chứng_chỉ bằng_cấp",
        "change": "đổi thay_đổi phòng_thay_đồ thay_đồ",
        "children": "trẻ trẻ_em trẻ_con con con_gái con_trai cháu em_nhỏ các_bé",
        "christmas": "giáng_sinh noel",
        "cold": "lạnh",
        "contract": "hợp_đồng",
        "day": "ngày",
        "december": "tháng_mười_hai tháng_12",
        "degrees": "độ bao_nhiêu_độ",
        "diaper": "tã tã_bơi bỉm",
        "disabled": "khuyết_tật xe_lăn",
        "discount": "giảm_giá khuyến_mãi ưu_đãi",
        "dog": "chó thú_cưng",
        "email": "email e_mail thư_điện_tử",
        "evening": "tối buổi_tối đêm",
        "february": "tháng_hai tháng_2",
        "food": "đồ_ăn thức_ăn ăn",
        "free": "miễn_phí",
        "friday": "thứ_sáu thứ_6",
        "gift": "quà quà_tặng thẻ_quà_tặng",
        "goggles": "kính_bơi kính",
        "group": "nhóm",
        "happy": "vui vui_mừng",
        "help": "giúp giúp_đỡ giúp_gì hỗ_trợ",
        "holiday": "ngày_lễ lễ nghỉ_lễ ngày_nghỉ",
        "hours": """
        giờ mấy_giờ mở_cửa đóng_cửa giờ_mở_cửa giờ_đóng_cửa giờ_làm_việc giờ_hoạt_động mở lịch thời_gian_mở_cửa
        làm_việc có_mở hoạt_động khi_nào_mở lịch_làm_việc đóng
        """,
        "insurance": "bảo_hiểm",
        "january": "tháng_một tháng_giêng tháng_1",
        "job": "việc_làm tuyển_dụng tuyển tuyển_nhân_viên xin_việc",
        "july": "tháng_bảy tháng_7",
        "june": "tháng_sáu tháng_6",
        "language": "tiếng_anh tiếng_việt ngôn_ngữ",
        "late": "muộn trễ đến_muộn đến_trễ",
        "lesson": "lớp lớp_học buổi_học khóa_học khoá_học bài_học học buổi khóa tiết_học khoá",
        "level": "trình_độ cấp_độ",
        "lifeguard": "cứu_hộ",
        "locker": "tủ_đồ tủ_khóa",
        "long": "bao_lâu kéo_dài phút",
        "makeup": "học_bù bù buổi_bù buổi_học_bù nghỉ nghỉ_học vắng lỡ bỏ_lỡ nghỉ_một_buổi",
        "march": "tháng_ba tháng_3",
        "membership": "thành_viên hội_viên",
        "monday": "thứ_hai thứ_2",
        "month": "tháng hàng_tháng",
        "morning": "sáng buổi_sáng",
        "november": "tháng_mười_một tháng_11",
        "october": "tháng_mười tháng_10",
        "online": "trực_tuyến online mạng trang_web website",
        "parents": "bố mẹ bố_mẹ ba_mẹ phụ_huynh cha_mẹ",
        "park": "đậu_xe đỗ_xe bãi_xe bãi_đậu_xe bãi_đỗ_xe chỗ_đậu_xe chỗ_đỗ_xe gửi_xe chỗ_để_xe để_xe giữ_xe",
        "party": "tiệc tổ_chức_tiệc",
        "payment": "thanh_toán trả_tiền trả đóng_tiền đặt_cọc",
        "phone": "điện_thoại số_điện_thoại gọi gọi_điện sđt hotline",
        "photo": "ảnh chụp_ảnh video",
        "picture": "hình hình_ảnh bức_ảnh",
        "place": "chỗ chỗ_trống còn_chỗ",
        "pool": "hồ_bơi bể_bơi hồ bể",
        "price": """
        giá tiền học_phí chi_phí phí bao_nhiêu_tiền bao_nhiêu giá_cả tốn mất_bao_nhiêu mất_phí mất_tiền tiền_học
        lệ_phí
        """,
        "private": "riêng kèm_riêng một_kèm_một",
        "reach": "liên_hệ liên_lạc",
        "refund": "hoàn_tiền hoàn_lại hoàn_lại_tiền trả_lại_tiền lấy_lại_tiền hoàn_phí hoàn_học_phí hoàn trả_lại",
        "register": "đăng_ký đăng_kí ghi_danh đặt_chỗ đặt_lịch",
        "reschedule": "dời dời_lịch đổi_lịch",
        "rules": "quy_định nội_quy chính_sách",
        "safe": "an_toàn",
        "saturday": "thứ_bảy thứ_7",
        "see": "nhìn",
        "send": "gửi",
        "september": "tháng_chín tháng_9",
        "shower": "vòi_sen phòng_tắm tắm",
        "siblings": "anh_chị_em anh_em chị_em",
        "sick": "ốm bệnh sốt bị_bệnh",
        "start": "bắt_đầu khai_giảng",
        "sunday": "chủ_nhật",
        "swim": "bơi học_bơi bơi_lội",
        "swimsuit": "đồ_bơi áo_tắm quần_bơi áo_bơi",
        "teacher": "giáo_viên thầy cô_giáo huấn_luyện_viên thầy_cô",
        "temperature": "nhiệt_độ ấm nóng nước_ấm",
        "thursday": "thứ_năm thứ_5",
        "today": "hôm_nay",
        "tomorrow": "ngày_mai mai",
        "towel": "khăn khăn_tắm",
        "trial": "học_thử thử buổi_thử buổi_học_thử dùng_thử",
        "tuesday": "thứ_ba thứ_3",
        "wait": "danh_sách_chờ chờ",
        "water": "nước",
        "wednesday": "thứ_tư thứ_4",
        "week": "tuần hàng_tuần",
        "weekend": "cuối_tuần",
        "where": "ở_đâu đâu nằm_ở_đâu chỗ_nào",
        "year": "năm hàng_năm",
    },
)
