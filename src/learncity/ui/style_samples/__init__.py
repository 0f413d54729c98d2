"""Invented but realistic content for the style page, in three languages. No person here exists."""

from typing import Any

from . import en, vi, zh_hans

LANGUAGES = [("zh-hans", "中文"), ("vi", "Tiếng Việt"), ("en", "English")]

COLOURS = [
    "paper",
    "sheet",
    "ink",
    "soft",
    "line",
    "edge",
    "lamp",
    "glow",
    "halo",
    "jade",
    "jade-bg",
    "plum",
    "plum-bg",
]

VIEWS = [
    ("?", "As my device"),
    ("?look=day", "Light"),
    ("?look=night", "Dark"),
    ("?look=contrast", "Strong contrast"),
    ("?mode=senior&look=day", "Large type"),
    ("?mode=senior&look=night", "Large type, dark"),
    ("?lang=zh-hans", "中文"),
    ("?lang=vi", "Tiếng Việt"),
    ("?data=low", "Save data"),
    ("?demo=1", "Demo"),
]

ICON_WORDS = [
    ("clock", "time"),
    ("calendar", "date"),
    ("pin", "place"),
    ("lamp", "class"),
    ("book", "course"),
    ("certificate", "certificate"),
    ("coin", "money"),
    ("person", "person"),
    ("mail", "message"),
    ("bell", "reminder"),
    ("phone", "call"),
    ("search", "search"),
    ("check", "met"),
    ("cross", "not met"),
    ("question", "not known yet"),
    ("info", "to know"),
    ("warning", "careful"),
    ("globe", "language"),
    ("print", "print"),
    ("down", "save as a file"),
    ("back", "back"),
    ("arrow", "onward"),
]

ALL = [zh_hans.SAMPLE, vi.SAMPLE, en.SAMPLE]
BY_LANGUAGE: dict[str, dict[str, Any]] = {sample["code"]: sample for sample in ALL}

CHART = {
    "places": [
        {"label": "姑苏区", "value": 5210, "text": "5,210", "goal": 5000},
        {"label": "工业园区", "value": 4630, "text": "4,630", "goal": 4500},
        {"label": "吴中区", "value": 3980, "text": "3,980", "goal": 4200},
        {"label": "相城区", "value": 1120, "text": "1,120", "goal": 2600, "lit": True},
    ],
    "months": [
        ("6", 310),
        ("7", 280),
        ("8", 260),
        ("9", 540),
        ("10", 620),
        {"label": "11", "value": 710, "lit": True},
    ],
}

DESK: dict[str, Any] = {
    "title": "Công dân học tập 2026",
    "age": "412 hồ sơ, lâu nhất 9 ngày",
    "export": "Xuất tất cả",
    "seek_label": "Tìm",
    "query": "trạng thái:chờ thôn:Phú-Ân điểm:>75",
    "nav": [
        {"url": "#", "label": "Hôm nay", "current": False, "count": 0},
        {"url": "#", "label": "Chờ xác nhận", "current": True, "count": 412},
        {"url": "#", "label": "Học bổng", "current": False, "count": 38},
        {"url": "#", "label": "Quỹ", "current": False, "count": 0},
        {"url": "#", "label": "Báo cáo", "current": False, "count": 0},
    ],
    "items": [
        {
            "url": "#",
            "title": "Nguyễn Thị H., 1984",
            "figure": 84,
            "note": "Thôn Phú Ân, người lao động",
            "tag": "một chỉ số 4",
            "kind": "you",
            "current": True,
        },
        {
            "url": "#",
            "title": "Trần Văn L., 1971",
            "figure": 88,
            "note": "Thôn Phú Ân, nông dân",
            "tag": "đủ điều kiện",
            "kind": "done",
        },
        {
            "url": "#",
            "title": "Lê Thị M., 1999",
            "figure": 91,
            "note": "Thôn Trung, công chức",
            "tag": "đủ điều kiện",
            "kind": "done",
        },
        {
            "url": "#",
            "title": "Phạm Q., 1966",
            "figure": 79,
            "note": "Thôn Đông, hưu trí",
            "tag": "thiếu 1 minh chứng",
            "kind": "",
        },
        {
            "url": "#",
            "title": "Võ Thị N., 1990",
            "figure": 82,
            "note": "Thôn Đông, người lao động",
            "tag": "đủ điều kiện",
            "kind": "done",
        },
    ],
    "case_kicker": "Bộ tiêu chí 2023, nhóm người lao động",
    "case": "Nguyễn Thị H.: chưa đạt, vì một chỉ số dưới 5",
    "case_next_title": "Việc có thể làm",
    "case_next": "Báo chị H. học nốt 2 buổi trước 15/12; hồ sơ tự tính lại, không phải nộp lại.",
    "acts": [
        ("Trả lại kèm lý do", "lit", "r"),
        ("Xác nhận", "quiet", "a"),
        ("Hồ sơ tiếp", "quiet", "j"),
    ],
    "roster_title": "Tiếng Anh bán hàng: danh sách lớp",
    "roster_note": "Thứ Tư 25/11, 18:00, phòng 203",
    "roster_columns": [
        {"label": "Họ tên", "url": "?sort=-name", "sorted": "ascending"},
        {"label": "Thôn", "url": "?sort=place"},
        {"label": "Điện thoại"},
        {"label": "Có mặt", "numeric": True, "url": "?sort=present"},
        {"label": "Tình trạng"},
        {"label": "Ký tên"},
    ],
    "roster": [
        {
            "url": "#",
            "id": i,
            "chosen": i == 2,
            "cells": [n, v, p, {"text": h, "numeric": True}, {"text": t, "kind": k}, ""],
        }
        for i, (n, v, p, h, t, k) in enumerate(
            [
                ("Đặng Thu An", "Phú Ân", "090 ••• 1182", "8 / 9", "có chỗ", "done"),
                ("Nguyễn Thị Bình", "Phú Ân", "091 ••• 0417", "9 / 9", "có chỗ", "done"),
                ("Trần Văn Cường", "Trung", "097 ••• 7730", "3 / 9", "vắng 3 buổi liền", "you"),
                ("Lê Thị Hoa", "Đông", "090 ••• 2256", "7 / 9", "có chỗ", "done"),
                ("Hoàng Gia Khang", "Trung", "098 ••• 9018", "–", "chờ thứ 1", ""),
                ("Phạm Thị Mai", "Đông", "093 ••• 6641", "9 / 9", "có chỗ", "done"),
                ("Võ Minh Quân", "Phú Ân", "090 ••• 5523", "6 / 9", "có chỗ", "done"),
            ]
        )
    ],
    "roster_sentence": "7 người, xếp theo tên. 6 có chỗ, 1 đang chờ.",
    "chips": [{"label": "Tình trạng: chờ", "url": "?"}],
    "exports": [{"label": "Excel", "url": "?format=xlsx"}, {"label": "CSV", "url": "?format=csv"}],
}
