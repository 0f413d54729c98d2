# ruff: noqa: E501 - a table of samples reads better in long lines
"""Invented but realistic content for the style page, in three languages. No person here exists."""

from typing import Any

LANGUAGES = [("zh-hans", "中文"), ("vi", "Tiếng Việt"), ("en", "English")]

COLOURS = ["paper", "sheet", "ink", "soft", "line", "edge", "lamp", "glow", "halo", "jade", "jade-bg", "plum", "plum-bg"]

VIEWS = [
    ("?", "As my device"), ("?look=day", "Light"), ("?look=night", "Dark"),
    ("?look=contrast", "Strong contrast"), ("?mode=senior&look=day", "Large type"),
    ("?mode=senior&look=night", "Large type, dark"), ("?lang=zh-hans", "中文"),
    ("?lang=vi", "Tiếng Việt"), ("?data=low", "Save data"),
    ("?demo=1", "Demo"),
]

ICON_WORDS = [
    ("clock", "time"), ("calendar", "date"), ("pin", "place"), ("lamp", "class"), ("book", "course"),
    ("certificate", "certificate"), ("coin", "money"), ("person", "person"), ("mail", "message"),
    ("bell", "reminder"), ("phone", "call"), ("search", "search"), ("check", "met"), ("cross", "not met"),
    ("question", "not known yet"), ("info", "to know"), ("warning", "careful"), ("globe", "language"),
    ("print", "print"), ("down", "save as a file"), ("back", "back"), ("arrow", "onward"),
]

_ZH: dict[str, Any] = {
    "code": "zh-hans", "lang": "zh-Hans", "name": "中文", "city": "苏州", "place": "姑苏区",
    "nav": [
        {"url": "#", "label": "找课", "current": True, "count": 0},
        {"url": "#", "label": "费用与补贴", "current": False, "count": 0},
        {"url": "#", "label": "我的学习", "current": False, "count": 0},
    ],
    "help": {"phone": "0512-0000 1234", "hours": "每天 8:30–21:00", "address": "桥头路 88 号，桥头社区学习中心一楼"},
    "lit": 23,
    "hero": "今晚，你附近有 23 间教室亮着灯",
    "lead": "下班以后学点什么。免费或有补贴，步行半小时以内，新手也能来。",
    "seek_label": "想学什么？", "seek_example": "会计、英语、护理…", "find": "找课",
    "tonight": "今晚", "tonight_more": "看今晚全部 23 个班", "kinds_title": "想学哪一类",
    "rows": [
        {"url": "#", "time": "18:30", "title": "小店会计入门：记好每一笔账", "facts": ["桥头社区学习中心", "步行 12 分钟", "12 周"], "free": 14, "total": 30, "seats": "还有 14 个座位", "price": "免费"},
        {"url": "#", "time": "19:00", "title": "数控机床操作与编程（初级）", "facts": ["运河职业学院", "步行 25 分钟", "可换 4 学分"], "free": 2, "total": 24, "seats": "还有 2 个座位", "price": "工会补贴 60 %"},
        {"url": "#", "time": "19:00", "title": "智能手机：挂号、缴费、视频通话", "facts": ["城南老年大学", "步行 6 分钟", "银龄"], "tag": "抽签：周五 20:00 前报名都一样", "kind": "you"},
        {"url": "#", "time": "19:30", "title": "越南语日常会话", "facts": ["在线", "每周四见面一次"], "free": 0, "total": 20, "seats": "已满，候补第 3 位", "price": "免费"},
    ],
    "kinds": [{"url": "#", "label": a, "count": b} for a, b in [("科学素养", 142), ("职业技能", 316), ("文化素养", 188), ("兴趣爱好", 164), ("继续教育", 97), ("银龄教育", 121)]],
    "next_title": "不知道学什么？", "next_text": "回答八个小问题，给你三门课和理由。不用登录，约三分钟。", "next_label": "开始",
    "help_title": "我能得到什么帮助", "help_text": "学费补贴、奖学金、学习假：先查一查，不留个人信息。", "help_label": "查一查",
    "kicker": "职业技能，入门", "course": "小店会计入门：记好每一笔账",
    "course_lead": "从一张小票开始，学会记账、对账、看懂一个月赚了多少。十二个晚上，最后给自己的小店做一份账。",
    "back": "今晚的课堂",
    "sum": [
        {"label": "时间", "value": "每周三 18:30–20:00，11 月 25 日起，共 12 次", "note": "春节停课一次（2 月 10 日），补在 2 月 24 日"},
        {"label": "地点", "value": "桥头社区学习中心 203 室", "note": "步行 12 分钟，有电梯，可带孩子"},
        {"label": "费用", "value": "免费", "note": "材料费 20 元，第一次上课时交"},
        {"label": "老师", "value": "湖畔大学商学院志愿讲师 2 人"},
        {"label": "学完", "value": "结业证书，可换 2 学分", "tag": "已有 86 人学完", "kind": "done"},
        {"label": "座位", "value": "还有 14 个，共 30 个", "free": 14, "total": 30, "note": "其中 6 个留给 60 岁以上的居民"},
    ],
    "given_title": "座位怎么给", "given_text": "先到先得。报名后马上知道结果；开课前两天会请你确认，不来就让给候补的人。",
    "need_title": "需要会什么", "need_text": "需要会：加减乘除。不需要：电脑。", "timetable_title": "上课日程",
    "apply": "报名这个班", "apply_note": "还有 14 个座位，免费",
    "verbs_title": "您想做什么？",
    "verbs": [
        {"url": "#", "label": "找一个班", "note": "明天起有 12 个班还能报", "icon": "lamp"},
        {"url": "#", "label": "我的班", "note": "周三上午 9:00，书法，203 室", "icon": "calendar"},
        {"url": "#", "label": "我的证书", "note": "3 张", "icon": "certificate"},
        {"url": "#", "label": "打电话问人", "note": "0512-0000 1234，每天 8:30–21:00", "icon": "phone"},
    ],
    "verbs_note": "抽签结果周五 20:00 公布，我们会打电话告诉您。",
    "tags": [("12 周", ""), ("已学完", "done"), ("请确认", "you")],
    "notices": [("", "", "春节期间（2 月 8 日至 14 日）学习中心不开门。"), ("done", "报名成功", "座位已为您留好。"), ("you", "请在周三 18:00 前确认", "不确认，座位会让给候补的人。")],
    "empty_title": "您还没有报名任何班", "empty_text": "先看看今晚附近有什么课，报名只要两分钟。", "empty_label": "找一个班",
    "crumbs": [{"url": "#", "label": "首页"}, {"url": "#", "label": "职业技能"}, {"url": "#", "label": "财会"}],
    "figures": [
        {"label": "今年的学员", "figure": "18,420", "unit": "人", "trend": "比去年同期多 1,206 人", "definition_url": "#"},
        {"label": "学完的比例", "figure": "71", "unit": "%", "trend": "目标 70 %，已达到", "definition_url": "#"},
        {"label": "等座位的人", "figure": "312", "unit": "人", "trend": "比上周少 40 人", "definition_url": "#"},
    ],
    "timeline": [
        {"date": "2026 年 11 月 18 日，星期三", "title": "小店会计入门，第 9 次课", "text": "出席 90 分钟", "source": "桥头社区学习中心，教师签到", "state": "lit"},
        {"date": "2026 年 6 月 30 日，星期二", "title": "初级护理，结业", "text": "证书号 SZ-2026-004182，2 学分", "url": "#", "source": "姑苏开放学院核发", "state": "done"},
        {"date": "2026 年 3 月 2 日，星期一", "title": "报名初级护理", "text": "工会补贴 360 元", "source": "本人在网上报名", "state": ""},
    ],
    "days": [
        {"title": "11 月 25 日，星期三", "note": "今天", "rows": [{"url": "#", "time": "18:30", "title": "第 1 次：一张小票里有什么", "facts": ["203 室", "带一张购物小票"]}]},
        {"title": "12 月 2 日，星期三", "rows": [{"url": "#", "time": "18:30", "title": "第 2 次：收入和支出", "facts": ["203 室"]}, {"url": "#", "time": "20:10", "title": "答疑", "facts": ["在线", "20 分钟"]}]},
    ],
    "inbox": [
        {"url": "#", "title": "明晚 18:30 第一次课，203 室", "text": "带一张购物小票和一支笔。来不了请点“请假”，座位不会丢。", "date": "今天 10:42", "unread": True},
        {"url": "#", "title": "抽签结果：您抽中了“智能手机”", "text": "请在周三 18:00 前确认。", "date": "周五", "unread": False},
    ],
    "message": {"title": "明晚 18:30 第一次课，203 室", "sender": "桥头社区学习中心", "date": "11 月 24 日，星期二 10:42", "text": "您好，陈女士：\n\n小店会计入门明晚开课。请带一张购物小票和一支笔。\n来不了请点“请假”，座位不会丢。", "url": "#", "label": "我会来"},
    "steps": [{"label": "您的情况", "state": "done"}, {"label": "证明材料", "state": "current"}, {"label": "银行账户", "state": ""}, {"label": "核对提交", "state": ""}],
    "progress": "已核对 412 件，共 1,900 件", "progress_note": "可以离开这一页，做完会给您发消息。",
    "receipt_title": "补贴申请已收到", "receipt": "SZ-26-11-0482-7",
    "receipt_rows": [{"label": "项目", "value": "在职学历补贴（2026 年秋）"}, {"label": "金额", "value": "1,800.00 元"}, {"label": "提交", "value": "11 月 24 日，星期二 20:15"}],
    "receipt_next": "10 个工作日内由街道工会初审，结果用短信和站内消息告诉您。缺材料时会请您补，不用重新申请。",
    "checks": [
        {"state": "yes", "label": "在本市连续工作满 6 个月", "fact": "社保记录：14 个月（2025 年 9 月起）"},
        {"state": "no", "label": "课程出席不少于 80 %", "fact": "到今天 75 %，来自签到记录", "todo": "再上 2 次课就达到，结果会自动重算。"},
        {"state": "open", "label": "没有从别的基金领过同一笔补贴", "fact": "正在向省总工会核对，最迟周五知道。"},
    ],
    "check_rows": [{"label": "姓名", "value": "陈小梅", "change_url": "#"}, {"label": "手机", "value": "138 •••• 1234", "change_url": "#"}, {"label": "班", "value": "小店会计入门", "note": "每周三 18:30，桥头社区学习中心", "change_url": "#"}],
}

_VI: dict[str, Any] = {
    "code": "vi", "lang": "vi", "name": "Tiếng Việt", "city": "Khánh Hòa", "place": "Diên Khánh",
    "nav": [
        {"url": "#", "label": "Tìm lớp học", "current": True, "count": 0},
        {"url": "#", "label": "Học phí và hỗ trợ", "current": False, "count": 0},
        {"url": "#", "label": "Việc học của tôi", "current": False, "count": 0},
    ],
    "help": {"phone": "0258 000 1234", "hours": "Thứ Hai đến Thứ Bảy, 7:30–20:00", "address": "Trung tâm học tập cộng đồng Phú Ân, 12 đường Cầu Mới"},
    "lit": 9,
    "hero": "Tối nay có 9 lớp học sáng đèn gần bạn",
    "lead": "Học thêm một điều sau giờ làm. Miễn phí hoặc được hỗ trợ, đi bộ dưới nửa giờ, người mới cũng theo được.",
    "seek_label": "Bạn muốn học gì?", "seek_example": "tiếng Anh, sửa xe, kế toán…", "find": "Tìm lớp",
    "tonight": "Tối nay", "tonight_more": "Xem cả 9 lớp tối nay", "kinds_title": "Học theo nhóm",
    "rows": [
        {"url": "#", "time": "18:00", "title": "Tiếng Anh bán hàng cho tiểu thương chợ Thành", "facts": ["Trung tâm học tập cộng đồng Phú Ân", "đi bộ 9 phút", "10 tuần"], "free": 5, "total": 25, "seats": "còn 5 chỗ", "price": "miễn phí"},
        {"url": "#", "time": "19:00", "title": "Dùng điện thoại: khám bệnh, nộp tiền, gọi video", "facts": ["Nhà văn hóa thôn Trung", "đi bộ 15 phút"], "tag": "Bốc thăm: nộp trước 20:00 thứ Sáu đều như nhau", "kind": "you"},
        {"url": "#", "time": "19:30", "title": "Kế toán cho hộ kinh doanh", "facts": ["trực tuyến", "gặp nhau mỗi thứ Năm"], "free": 0, "total": 20, "seats": "đã đủ, chờ thứ 3", "price": "hội khuyến học hỗ trợ 60 %"},
    ],
    "kinds": [{"url": "#", "label": a, "count": b} for a, b in [("Hiểu biết khoa học", 42), ("Kỹ năng nghề", 116), ("Văn hóa", 88), ("Sở thích", 64), ("Học tiếp lên", 37), ("Người cao tuổi", 51)]],
    "next_title": "Chưa biết học gì?", "next_text": "Trả lời tám câu hỏi ngắn, bạn nhận ba khóa học kèm lý do. Không cần đăng nhập, khoảng ba phút.", "next_label": "Bắt đầu",
    "help_title": "Tôi được hỗ trợ gì", "help_text": "Học bổng, hỗ trợ học phí, nghỉ phép để học: thử xem trước, không để lại thông tin cá nhân.", "help_label": "Xem thử",
    "kicker": "Kỹ năng nghề, cơ bản", "course": "Tiếng Anh bán hàng cho tiểu thương chợ Thành",
    "course_lead": "Chào khách, báo giá, trả lời những câu khách nước ngoài hay hỏi. Mười buổi tối, buổi cuối bán thử ngay tại chợ.",
    "back": "Lớp học tối nay",
    "sum": [
        {"label": "Thời gian", "value": "Thứ Tư hằng tuần, 18:00–19:30, từ 25/11, 10 buổi", "note": "Nghỉ Tết một buổi (10/2), học bù ngày 24/2"},
        {"label": "Địa điểm", "value": "Phòng 203, Trung tâm học tập cộng đồng Phú Ân", "note": "Đi bộ 9 phút, có thang máy, được đưa trẻ theo"},
        {"label": "Học phí", "value": "Miễn phí", "note": "Tài liệu 50.000 ₫, nộp buổi đầu"},
        {"label": "Người dạy", "value": "Hai sinh viên tình nguyện"},
        {"label": "Học xong", "value": "Giấy chứng nhận, 2 tín chỉ", "tag": "86 người đã học xong", "kind": "done"},
        {"label": "Chỗ ngồi", "value": "còn 5 trong 25 chỗ", "free": 5, "total": 25, "note": "4 chỗ dành cho người từ 60 tuổi"},
    ],
    "given_title": "Xếp chỗ thế nào", "given_text": "Ai đăng ký trước được trước. Bạn biết kết quả ngay; hai ngày trước khi học, chúng tôi hỏi lại, ai không đến thì nhường chỗ cho người chờ.",
    "need_title": "Cần biết gì trước", "need_text": "Cần: đọc được chữ. Không cần: máy tính.", "timetable_title": "Lịch học",
    "apply": "Đăng ký lớp này", "apply_note": "còn 5 chỗ, miễn phí",
    "verbs_title": "Bác muốn làm gì?",
    "verbs": [
        {"url": "#", "label": "Tìm lớp học", "note": "Từ ngày mai còn 6 lớp nhận người", "icon": "lamp"},
        {"url": "#", "label": "Lớp của tôi", "note": "Thứ Tư 9:00, thư pháp, phòng 203", "icon": "calendar"},
        {"url": "#", "label": "Giấy chứng nhận", "note": "3 tờ", "icon": "certificate"},
        {"url": "#", "label": "Gọi hỏi người", "note": "0258 000 1234, 7:30–20:00", "icon": "phone"},
    ],
    "verbs_note": "Kết quả bốc thăm công bố 20:00 thứ Sáu, chúng tôi sẽ gọi điện cho bác.",
    "tags": [("10 tuần", ""), ("đã học xong", "done"), ("cần xác nhận", "you")],
    "notices": [("", "", "Trung tâm nghỉ Tết từ 8/2 đến 14/2."), ("done", "Đăng ký xong", "Chúng tôi đã giữ chỗ cho bạn."), ("you", "Xin xác nhận trước 18:00 thứ Tư", "Nếu không, chỗ sẽ nhường cho người chờ.")],
    "empty_title": "Bạn chưa đăng ký lớp nào", "empty_text": "Hãy xem tối nay gần bạn có lớp gì. Đăng ký chỉ mất hai phút.", "empty_label": "Tìm lớp học",
    "crumbs": [{"url": "#", "label": "Trang đầu"}, {"url": "#", "label": "Kỹ năng nghề"}, {"url": "#", "label": "Bán hàng"}],
    "figures": [
        {"label": "Công dân đã đăng ký", "figure": "1.900", "unit": "người", "trend": "thêm 120 so với tuần trước", "definition_url": "#"},
        {"label": "Đã đánh giá", "figure": "78", "unit": "%", "trend": "chỉ tiêu 35 %, đã vượt", "definition_url": "#"},
        {"label": "Chờ xác nhận", "figure": "412", "unit": "hồ sơ", "trend": "lâu nhất 9 ngày", "definition_url": "#"},
    ],
    "timeline": [
        {"date": "Thứ Tư, 18/11/2026", "title": "Tiếng Anh bán hàng, buổi 9", "text": "có mặt 90 phút", "source": "Người dạy điểm danh", "state": "lit"},
        {"date": "Thứ Ba, 30/6/2026", "title": "Chăm sóc người bệnh, học xong", "text": "số KH-2026-004182, 2 tín chỉ", "url": "#", "source": "Trường Cao đẳng Ven Biển cấp", "state": "done"},
        {"date": "Thứ Hai, 2/3/2026", "title": "Được công nhận Công dân học tập", "text": "88 điểm, bộ tiêu chí 2023", "source": "Quyết định của xã", "state": ""},
    ],
    "days": [
        {"title": "Thứ Tư, 25/11", "note": "hôm nay", "rows": [{"url": "#", "time": "18:00", "title": "Buổi 1: chào khách và báo giá", "facts": ["phòng 203", "mang theo một món hàng"]}]},
        {"title": "Thứ Tư, 2/12", "rows": [{"url": "#", "time": "18:00", "title": "Buổi 2: số đếm và tiền", "facts": ["phòng 203"]}, {"url": "#", "time": "19:40", "title": "Hỏi đáp", "facts": ["trực tuyến", "20 phút"]}]},
    ],
    "inbox": [
        {"url": "#", "title": "Tối mai 18:00 học buổi đầu, phòng 203", "text": "Mang theo một món hàng và một cây bút. Nếu bận, bấm “Xin nghỉ”, chỗ vẫn giữ.", "date": "10:42 hôm nay", "unread": True},
        {"url": "#", "title": "Kết quả bốc thăm: bạn có chỗ", "text": "Xin xác nhận trước 18:00 thứ Tư.", "date": "thứ Sáu", "unread": False},
    ],
    "message": {"title": "Tối mai 18:00 học buổi đầu, phòng 203", "sender": "Trung tâm Phú Ân", "date": "Thứ Ba, 24/11, 10:42", "text": "Chào chị Lan,\n\nLớp Tiếng Anh bán hàng bắt đầu tối mai. Xin mang theo một món hàng và một cây bút.\nNếu bận, bấm “Xin nghỉ”, chỗ vẫn giữ.", "url": "#", "label": "Tôi sẽ đến"},
    "steps": [{"label": "Về bạn", "state": "done"}, {"label": "Minh chứng", "state": "current"}, {"label": "Tài khoản", "state": ""}, {"label": "Kiểm tra", "state": ""}],
    "progress": "Đã kiểm tra 412 trong 1.900 hồ sơ", "progress_note": "Bạn có thể rời trang này, xong việc chúng tôi sẽ báo.",
    "receipt_title": "Đã nhận đơn xin hỗ trợ", "receipt": "KH-26-11-0482-7",
    "receipt_rows": [{"label": "Chương trình", "value": "Hỗ trợ người lớn đi học (thu 2026)"}, {"label": "Số tiền", "value": "1.200.000 ₫"}, {"label": "Nộp lúc", "value": "Thứ Ba, 24/11, 20:15"}],
    "receipt_next": "Trong 10 ngày làm việc, hội khuyến học xã xét lần đầu và nhắn tin cho bạn. Nếu thiếu giấy tờ, chúng tôi xin bổ sung, không phải nộp lại.",
    "checks": [
        {"state": "yes", "label": "Đọc và cập nhật kiến thức", "fact": "9 điểm, từ hồ sơ học tập: 3 khóa học, 41 giờ"},
        {"state": "no", "label": "Dùng ngoại ngữ theo vị trí việc làm, từ 5 điểm", "fact": "4 điểm, tự chấm", "todo": "Khóa “Tiếng Anh bán hàng” còn 2 buổi là đạt 6 điểm; hồ sơ tự tính lại."},
        {"state": "open", "label": "Hợp tác, chia sẻ ở cộng đồng", "fact": "8 điểm, tự chấm; chờ ý kiến thôn"},
    ],
    "check_rows": [{"label": "Họ tên", "value": "Nguyễn Thị Lan", "change_url": "#"}, {"label": "Điện thoại", "value": "090 ••• 1234", "change_url": "#"}, {"label": "Lớp", "value": "Tiếng Anh bán hàng", "note": "Thứ Tư 18:00, Trung tâm Phú Ân", "change_url": "#"}],
}

_EN: dict[str, Any] = {
    "code": "en", "lang": "en", "name": "English", "city": "Suzhou", "place": "Gusu",
    "nav": [
        {"url": "#", "label": "Find a class", "current": True, "count": 0},
        {"url": "#", "label": "Costs and grants", "current": False, "count": 0},
        {"url": "#", "label": "My learning", "current": False, "count": 0},
    ],
    "help": {"phone": "0512-0000 1234", "hours": "Every day, 8:30–21:00", "address": "Ground floor, Bridgehead Learning Centre, 88 Bridgehead Road"},
    "lit": 23,
    "hero": "23 classrooms near you have their lights on tonight",
    "lead": "Learn something after work. Free or paid for in part, within half an hour on foot, beginners welcome.",
    "seek_label": "What would you like to learn?", "seek_example": "bookkeeping, English, nursing…", "find": "Find",
    "tonight": "Tonight", "tonight_more": "See all 23 classes tonight", "kinds_title": "By subject",
    "rows": [
        {"url": "#", "time": "18:30", "title": "Bookkeeping for small shops", "facts": ["Bridgehead Learning Centre", "12 minutes on foot", "12 weeks"], "free": 14, "total": 30, "seats": "14 seats left", "price": "free"},
        {"url": "#", "time": "19:00", "title": "Programming CNC machines, first steps", "facts": ["Canal Vocational College", "25 minutes on foot", "counts for 4 credits"], "free": 2, "total": 24, "seats": "2 seats left", "price": "your union pays 60 %"},
        {"url": "#", "time": "19:00", "title": "Your phone: appointments, bills, video calls", "facts": ["South Gate University of the Third Age", "6 minutes on foot"], "tag": "Drawn by lot: apply any time until Friday 20:00", "kind": "you"},
        {"url": "#", "time": "19:30", "title": "Everyday Vietnamese", "facts": ["online", "meets every Thursday"], "free": 0, "total": 20, "seats": "full, you would be third in line", "price": "free"},
    ],
    "kinds": [{"url": "#", "label": a, "count": b} for a, b in [("Science", 142), ("Skills for work", 316), ("Culture", 188), ("Hobbies", 164), ("Continuing education", 97), ("Silver age", 121)]],
    "next_title": "Not sure what to learn?", "next_text": "Answer eight short questions and get three classes with the reasons. No sign-in, about three minutes.", "next_label": "Start",
    "help_title": "What help can I get", "help_text": "Help with fees, scholarships, leave to study: look first, without giving your name.", "help_label": "Have a look",
    "kicker": "Skills for work, beginners", "course": "Bookkeeping for small shops",
    "course_lead": "Start from one till receipt. Learn to keep books, check them, and see what a month has earned. Twelve evenings; on the last you close the books of your own shop.",
    "back": "Classes tonight",
    "sum": [
        {"label": "When", "value": "Wednesdays 18:30–20:00, from 25 November, 12 times", "note": "No class on 10 February; made up on 24 February"},
        {"label": "Where", "value": "Room 203, Bridgehead Learning Centre", "note": "12 minutes on foot, has a lift, children welcome"},
        {"label": "Cost", "value": "Free", "note": "Materials ¥20, paid at the first class"},
        {"label": "Teachers", "value": "Two volunteers of Lakeside Business School"},
        {"label": "At the end", "value": "A certificate, worth 2 credits", "tag": "86 people have finished it", "kind": "done"},
        {"label": "Seats", "value": "14 of 30 left", "free": 14, "total": 30, "note": "6 of them are kept for residents over 60"},
    ],
    "given_title": "How places are given", "given_text": "First come, first served. You know at once; two days before the start we ask you to confirm, or your seat goes to the next in line.",
    "need_title": "What you need", "need_text": "You need to add and subtract. You do not need a computer.", "timetable_title": "Timetable",
    "apply": "Apply for this class", "apply_note": "14 seats left, free",
    "verbs_title": "What would you like to do?",
    "verbs": [
        {"url": "#", "label": "Find a class", "note": "12 classes from tomorrow have seats", "icon": "lamp"},
        {"url": "#", "label": "My class", "note": "Wednesday 9:00, calligraphy, room 203", "icon": "calendar"},
        {"url": "#", "label": "My certificates", "note": "You have 3", "icon": "certificate"},
        {"url": "#", "label": "Call us", "note": "0512-0000 1234, every day 8:30–21:00", "icon": "phone"},
    ],
    "verbs_note": "The draw is on Friday at 20:00. We will call you with the result.",
    "tags": [("12 weeks", ""), ("finished", "done"), ("please confirm", "you")],
    "notices": [("", "", "The learning centre is closed from 8 to 14 February."), ("done", "You have a seat.", "We keep it for you."), ("you", "Please confirm by Wednesday 18:00.", "Otherwise the seat goes to the next in line.")],
    "empty_title": "You have no classes yet", "empty_text": "See what is on near you tonight. Applying takes two minutes.", "empty_label": "Find a class",
    "crumbs": [{"url": "#", "label": "Home"}, {"url": "#", "label": "Skills for work"}, {"url": "#", "label": "Accounts"}],
    "figures": [
        {"label": "Learners this year", "figure": "18,420", "trend": "1,206 more than last year to this day", "definition_url": "#"},
        {"label": "Finished their class", "figure": "71", "unit": "%", "trend": "goal 70 %, reached", "definition_url": "#"},
        {"label": "Waiting for a seat", "figure": "312", "trend": "40 fewer than last week", "definition_url": "#"},
    ],
    "timeline": [
        {"date": "Wednesday 18 November 2026", "title": "Bookkeeping, ninth class", "text": "present 90 minutes", "source": "Bridgehead Learning Centre, roll call", "state": "lit"},
        {"date": "Tuesday 30 June 2026", "title": "Basic nursing, finished", "text": "certificate SZ-2026-004182, 2 credits", "url": "#", "source": "Issued by Gusu Open College", "state": "done"},
        {"date": "Monday 2 March 2026", "title": "Applied for Basic nursing", "text": "¥360 paid by the union", "source": "Applied online", "state": ""},
    ],
    "days": [
        {"title": "Wednesday 25 November", "note": "today", "rows": [{"url": "#", "time": "18:30", "title": "1: What a till receipt tells", "facts": ["room 203", "bring a receipt"]}]},
        {"title": "Wednesday 2 December", "rows": [{"url": "#", "time": "18:30", "title": "2: Money in, money out", "facts": ["room 203"]}, {"url": "#", "time": "20:10", "title": "Questions", "facts": ["online", "20 minutes"]}]},
    ],
    "inbox": [
        {"url": "#", "title": "First class tomorrow 18:30, room 203", "text": "Bring a till receipt and a pen. If you cannot come, say so; your seat is kept.", "date": "today 10:42", "unread": True},
        {"url": "#", "title": "The draw: you have a seat in “Your phone”", "text": "Please confirm by Wednesday 18:00.", "date": "Friday", "unread": False},
    ],
    "message": {"title": "First class tomorrow 18:30, room 203", "sender": "Bridgehead Learning Centre", "date": "Tuesday 24 November, 10:42", "text": "Dear Ms Chen,\n\nBookkeeping starts tomorrow evening. Please bring a till receipt and a pen.\nIf you cannot come, say so here; your seat is kept.", "url": "#", "label": "I will be there"},
    "steps": [{"label": "About you", "state": "done"}, {"label": "Evidence", "state": "current"}, {"label": "Bank account", "state": ""}, {"label": "Check and send", "state": ""}],
    "progress": "412 of 1,900 checked", "progress_note": "You may leave this page. We send you a message when it is done.",
    "receipt_title": "We have your application", "receipt": "SZ-26-11-0482-7",
    "receipt_rows": [{"label": "Scheme", "value": "Degree study beside work, autumn 2026"}, {"label": "Amount", "value": "¥1,800.00"}, {"label": "Sent", "value": "Tuesday 24 November, 20:15"}],
    "receipt_next": "Your street’s union looks at it within 10 working days and tells you by text message. If a paper is missing, we ask for it; you need not apply again.",
    "checks": [
        {"state": "yes", "label": "Six months of work in this city without a break", "fact": "14 months, from the social insurance record"},
        {"state": "no", "label": "Present at 80 % of the classes", "fact": "75 % so far, from the roll call", "todo": "Two more evenings are enough; it is worked out again by itself."},
        {"state": "open", "label": "Not paid for the same by another fund", "fact": "We are asking the provincial union and know by Friday."},
    ],
    "check_rows": [{"label": "Name", "value": "Chen Xiaomei", "change_url": "#"}, {"label": "Mobile", "value": "138 •••• 1234", "change_url": "#"}, {"label": "Class", "value": "Bookkeeping for small shops", "note": "Wednesdays 18:30, Bridgehead Learning Centre", "change_url": "#"}],
}

ALL = [_ZH, _VI, _EN]
BY_LANGUAGE: dict[str, dict[str, Any]] = {sample["code"]: sample for sample in ALL}

CHART = {
    "places": [
        {"label": "姑苏区", "value": 5210, "text": "5,210", "goal": 5000},
        {"label": "工业园区", "value": 4630, "text": "4,630", "goal": 4500},
        {"label": "吴中区", "value": 3980, "text": "3,980", "goal": 4200},
        {"label": "相城区", "value": 1120, "text": "1,120", "goal": 2600, "lit": True},
    ],
    "months": [
        ("6", 310), ("7", 280), ("8", 260), ("9", 540), ("10", 620),
        {"label": "11", "value": 710, "lit": True},
    ],
}

DESK: dict[str, Any] = {
    "title": "Công dân học tập 2026", "age": "412 hồ sơ, lâu nhất 9 ngày", "export": "Xuất tất cả",
    "seek_label": "Tìm", "query": "trạng thái:chờ thôn:Phú-Ân điểm:>75",
    "nav": [
        {"url": "#", "label": "Hôm nay", "current": False, "count": 0},
        {"url": "#", "label": "Chờ xác nhận", "current": True, "count": 412},
        {"url": "#", "label": "Học bổng", "current": False, "count": 38},
        {"url": "#", "label": "Quỹ", "current": False, "count": 0},
        {"url": "#", "label": "Báo cáo", "current": False, "count": 0},
    ],
    "items": [
        {"url": "#", "title": "Nguyễn Thị H., 1984", "figure": 84, "note": "Thôn Phú Ân, người lao động", "tag": "một chỉ số 4", "kind": "you", "current": True},
        {"url": "#", "title": "Trần Văn L., 1971", "figure": 88, "note": "Thôn Phú Ân, nông dân", "tag": "đủ điều kiện", "kind": "done"},
        {"url": "#", "title": "Lê Thị M., 1999", "figure": 91, "note": "Thôn Trung, công chức", "tag": "đủ điều kiện", "kind": "done"},
        {"url": "#", "title": "Phạm Q., 1966", "figure": 79, "note": "Thôn Đông, hưu trí", "tag": "thiếu 1 minh chứng", "kind": ""},
        {"url": "#", "title": "Võ Thị N., 1990", "figure": 82, "note": "Thôn Đông, người lao động", "tag": "đủ điều kiện", "kind": "done"},
    ],
    "case_kicker": "Bộ tiêu chí 2023, nhóm người lao động", "case": "Nguyễn Thị H.: chưa đạt, vì một chỉ số dưới 5",
    "case_next_title": "Việc có thể làm", "case_next": "Báo chị H. học nốt 2 buổi trước 15/12; hồ sơ tự tính lại, không phải nộp lại.",
    "acts": [("Trả lại kèm lý do", "lit", "r"), ("Xác nhận", "quiet", "a"), ("Hồ sơ tiếp", "quiet", "j")],
    "roster_title": "Tiếng Anh bán hàng: danh sách lớp", "roster_note": "Thứ Tư 25/11, 18:00, phòng 203",
    "roster_columns": [
        {"label": "Họ tên", "url": "?sort=-name", "sorted": "ascending"}, {"label": "Thôn", "url": "?sort=place"},
        {"label": "Điện thoại"}, {"label": "Có mặt", "numeric": True, "url": "?sort=present"}, {"label": "Tình trạng"}, {"label": "Ký tên"},
    ],
    "roster": [
        {"url": "#", "id": i, "chosen": i == 2, "cells": [n, v, p, {"text": h, "numeric": True}, {"text": t, "kind": k}, ""]}
        for i, (n, v, p, h, t, k) in enumerate([
            ("Đặng Thu An", "Phú Ân", "090 ••• 1182", "8 / 9", "có chỗ", "done"),
            ("Nguyễn Thị Bình", "Phú Ân", "091 ••• 0417", "9 / 9", "có chỗ", "done"),
            ("Trần Văn Cường", "Trung", "097 ••• 7730", "3 / 9", "vắng 3 buổi liền", "you"),
            ("Lê Thị Hoa", "Đông", "090 ••• 2256", "7 / 9", "có chỗ", "done"),
            ("Hoàng Gia Khang", "Trung", "098 ••• 9018", "–", "chờ thứ 1", ""),
            ("Phạm Thị Mai", "Đông", "093 ••• 6641", "9 / 9", "có chỗ", "done"),
            ("Võ Minh Quân", "Phú Ân", "090 ••• 5523", "6 / 9", "có chỗ", "done"),
        ])
    ],
    "roster_sentence": "7 người, xếp theo tên. 6 có chỗ, 1 đang chờ.",
    "chips": [{"label": "Tình trạng: chờ", "url": "?"}],
    "exports": [{"label": "Excel", "url": "?format=xlsx"}, {"label": "CSV", "url": "?format=csv"}],
}
