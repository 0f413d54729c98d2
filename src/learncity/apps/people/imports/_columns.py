"""What the columns of a list of people are called, here and by those who send lists."""

from learncity.apps.people.types import IdentifierKind
from learncity.kernel.csv_files import Columns

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
        "name": ("姓名", "名字", "学员姓名", "họ tên", "họ và tên", "full name", "tên"),
        "family_name": ("姓", "姓氏", "họ", "họ và tên đệm", "surname", "last name"),
        "given_name": ("名", "tên gọi", "tên", "first name", "given names"),
        # No running number of rows (序号, STT, No.): it is another person's in the next list.
        "key": ("编号", "人员编号", "mã", "mã số", "id"),
        "national_id": (
            "身份证号", "身份证号码", "身份证", "公民身份号码", "证件号码",
            "số cccd", "cccd", "số định danh", "số định danh cá nhân", "national id number",
            "id number", "id card",
        ),
        "old_national_id": ("旧身份证号", "15位身份证号"),
        "country": ("国籍", "quốc tịch", "nationality"),
        "passport": ("护照", "护照号", "护照号码", "hộ chiếu", "số hộ chiếu", "passport number"),
        "passport_country": ("护照签发国", "nước cấp hộ chiếu", "passport issued by"),
        "residence_permit": ("港澳台居民居住证", "居住证号"),
        "hk_macao_permit": ("港澳通行证", "港澳居民来往内地通行证"),
        "taiwan_permit": ("台胞证", "台湾居民来往大陆通行证"),
        "foreign_resident_card": ("外国人永久居留证", "永久居留证"),
        "union_number": ("工会会员号", "会员号", "会员证号", "số thẻ công đoàn", "mã đoàn viên",
                         "union card"),
        "union": ("工会", "所属工会", "công đoàn", "trade union"),
        "employee_number": ("工号", "员工号", "职工号", "mã nhân viên", "mã số nhân viên",
                            "staff number", "employee id"),
        "employer": ("单位", "工作单位", "企业", "所在企业", "công ty", "doanh nghiệp",
                     "nơi làm việc", "company"),
        "student_number": ("学号", "mã sinh viên", "mã học viên", "mã số học viên", "student id"),
        "school": ("学校", "院校", "trường", "nhà trường"),
        "phone": ("手机", "手机号", "手机号码", "电话", "联系电话", "điện thoại",
                  "số điện thoại", "sđt", "mobile", "phone number", "telephone"),
        "email": ("邮箱", "电子邮箱", "电子邮件", "thư điện tử", "e-mail", "email address"),
        "born": ("出生年", "出生年份", "出生日期", "出生年月", "năm sinh", "ngày sinh",
                 "ngày tháng năm sinh", "year of birth", "date of birth", "birth year"),
        "language": ("语言", "ngôn ngữ"),
        "home": ("居住地", "现住地", "所在区县", "街道", "区划代码", "nơi ở", "nơi cư trú",
                 "mã xã", "place", "place of residence", "area code"),
        "hometown": ("籍贯", "家乡", "户籍地", "quê quán", "quê", "home town"),
        "groups": ("群体", "人群", "人员类别", "nhóm", "đối tượng", "group"),
    },
)  # fmt: skip
