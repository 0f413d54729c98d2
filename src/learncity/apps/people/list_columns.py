"""What the columns of a list of people are called, here and by those who send lists."""

from learncity.kernel.csv_files import Columns

from .types import IdentifierKind

# A column that holds a number, and the column that says who gave it out, if it needs one.
NUMBERS = {
    "national_id": (IdentifierKind.NATIONAL_ID, "country"),
    "old_national_id": (IdentifierKind.OLD_NATIONAL_ID, ""),
    "residence_permit": (IdentifierKind.RESIDENCE_PERMIT, ""),
    "hk_macao_permit": (IdentifierKind.HK_MACAO_PERMIT, ""),
    "taiwan_permit": (IdentifierKind.TAIWAN_PERMIT, ""),
    "foreign_resident_card": (IdentifierKind.FOREIGN_RESIDENT_CARD, ""),
    "passport": (IdentifierKind.PASSPORT, "passport_country"),
    "union_number": (IdentifierKind.UNION_NUMBER, "union"),
    "employee_number": (IdentifierKind.EMPLOYEE_NUMBER, "employer"),
    "student_number": (IdentifierKind.STUDENT_NUMBER, "school"),
}
# They tell nobody apart: a family has one phone.
ADDRESS_COLUMNS = {"phone": IdentifierKind.PHONE, "email": IdentifierKind.EMAIL}

COLUMNS = Columns(
    needed=(("name", "family_name"), ("key", *NUMBERS)),
    optional=(
        *("given_name", "phone", "email", "born", "language", "home", "hometown", "groups"),
        *(giver for _kind, giver in NUMBERS.values() if giver),
    ),
    words={
        "name": (
            "姓名", "名字", "学员姓名", "会员姓名", "职工姓名", "员工姓名", "学生姓名",
            "人员姓名", "họ tên", "họ và tên", "họ tên đầy đủ", "họ và tên đoàn viên",
            "họ và tên học viên", "full name", "tên",
        ),
        "family_name": ("姓", "姓氏", "họ", "họ và tên đệm", "surname", "last name"),
        "given_name": ("名", "tên gọi", "tên", "first name", "given names"),
        # No running number of rows (序号, STT, No.): it is another person's in the next list.
        "key": ("编号", "人员编号", "mã", "mã số", "id"),
        "national_id": (
            "身份证号", "身份证号码", "身份证", "公民身份号码", "居民身份证号",
            "居民身份证号码", "身份证件号码", "证件号码", "证件号", "số cccd", "cccd",
            "căn cước công dân", "số căn cước", "số căn cước công dân", "cccd/cmnd",
            "cmnd/cccd", "số cmnd/cccd", "số định danh", "số định danh cá nhân",
            "national id number", "id number", "id card",
        ),
        "old_national_id": ("旧身份证号", "15位身份证号"),
        "country": ("国籍", "quốc tịch", "nationality"),
        "passport": ("护照", "护照号", "护照号码", "hộ chiếu", "số hộ chiếu", "passport number"),
        "passport_country": ("护照签发国", "nước cấp hộ chiếu", "passport issued by"),
        "residence_permit": ("港澳台居民居住证", "居住证号"),
        "hk_macao_permit": ("港澳通行证", "港澳居民来往内地通行证"),
        "taiwan_permit": ("台胞证", "台湾居民来往大陆通行证"),
        "foreign_resident_card": ("外国人永久居留证", "永久居留证"),
        "union_number": (
            "工会会员号", "会员号", "会员证号", "会员编号", "会员卡号", "工会会员编号",
            "工会会员证号", "工会卡号", "số thẻ đoàn viên", "mã số đoàn viên",
            "số thẻ công đoàn", "mã đoàn viên", "union card",
        ),
        "union": (
            "工会", "所属工会", "所在工会", "基层工会", "工会名称", "工会组织", "công đoàn",
            "công đoàn cơ sở", "cđcs", "tên công đoàn", "trade union",
        ),
        "employee_number": (
            "工号", "员工号", "职工号", "员工编号", "职工编号", "mã nhân viên", "mã nv", "msnv",
            "mã số nhân viên", "staff number", "employee id",
        ),
        "employer": (
            "单位", "工作单位", "所在单位", "用人单位", "单位名称", "企业", "所在企业",
            "企业名称", "公司", "公司名称", "công ty", "đơn vị", "đơn vị công tác", "cơ quan",
            "tên công ty", "tên doanh nghiệp", "doanh nghiệp", "nơi làm việc", "company",
        ),
        "student_number": (
            "学号", "学籍号", "学生编号", "mssv", "mã sv", "mã hv", "mã sinh viên",
            "mã học viên", "mã số học viên", "student id",
        ),
        "school": (
            "学校", "院校", "学校名称", "就读学校", "所在学校", "trường", "tên trường",
            "trường học", "nhà trường",
        ),
        "phone": (
            "手机", "手机号", "手机号码", "移动电话", "电话", "电话号码", "联系电话",
            "联系方式", "联系手机", "điện thoại", "điện thoại di động", "điện thoại liên hệ",
            "số đt", "đtdđ", "số điện thoại", "sđt", "mobile", "phone number", "telephone",
        ),
        "email": (
            "邮箱", "邮箱地址", "电子邮箱", "电子邮件", "thư điện tử", "e-mail",
            "email address",
        ),
        "born": (
            "出生年", "出生年份", "出生日期", "出生年月", "出生年月日", "生日", "năm sinh",
            "ngày sinh", "ngày tháng năm sinh", "year of birth", "date of birth", "birth year",
        ),
        "language": ("语言", "使用语言", "ngôn ngữ"),
        "home": (
            "居住地", "现居住地", "现住地", "现居地", "常住地", "现住址", "现居住地址",
            "居住地址", "家庭住址", "家庭地址", "住址", "地址", "所在区县", "居住街道",
            "所在街道", "街道", "街道/镇", "乡镇街道", "区划代码", "nơi ở", "nơi ở hiện nay",
            "nơi ở hiện tại", "chỗ ở", "chỗ ở hiện nay", "nơi cư trú", "nơi thường trú",
            "địa chỉ", "địa chỉ hiện tại", "địa chỉ liên hệ", "địa chỉ thường trú", "xã/phường",
            "phường/xã", "xã, phường", "address", "home address", "mã xã", "place",
            "place of residence", "area code",
        ),
        "hometown": (
            "籍贯", "家乡", "户籍地", "户籍所在地", "户口所在地", "quê quán", "nguyên quán",
            "quê", "home town",
        ),
        "groups": (
            "群体", "人群", "人员类别", "人员类型", "所属群体", "nhóm", "nhóm đối tượng",
            "đối tượng", "group",
        ),
    },
)  # fmt: skip
