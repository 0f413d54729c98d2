"""SMS by Alibaba Cloud's short message service, action SendSms.

Written to the provider's public documents (RPC style API, version 2017-05-25, signature HMAC-SHA1);
tested against recorded answers, never run against the real service.

In China every text is a template that the provider approved beforehand: the setting names the
template of each kind and language, and only its variables are sent.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit
from urllib.request import Request, urlopen

from learncity.apps.notices.ports import Answers, side_by_side
from learncity.apps.notices.types import Outgoing
from learncity.kernel.outbox import NotCarried

# What the provider's own codes are made of. No number, and so no address, passes.
_CODE = re.compile(r"[A-Za-z_.]{1,80}")


class Refused(NotCarried):
    """The provider answered that it will not send, with this code."""


class Aliyun:
    """``aliyun://KEY:SECRET@HOST?sign=NAME&template=SMS_1``.

    ``template`` is used for every kind that has no ``template.KIND`` or ``template.KIND.LANGUAGE``
    of its own; it gets the variables ``text`` (the whole message) or the kind's own.
    """

    def __init__(self, url: str, *, scheme: str = "https") -> None:
        parts = urlsplit(url)
        self.endpoint = f"{scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        self.key, self.secret = unquote(parts.username or ""), unquote(parts.password or "")
        self.options = {k: v[0] for k, v in parse_qs(parts.query).items()}

    def send(self, outs: Sequence[Outgoing]) -> Answers:
        """Send; ``OutId`` carries the stable id."""
        return side_by_side(self.send_one, outs)

    def send_one(self, out: Outgoing) -> None:
        """Send one message.

        Raises:
            Refused: the provider refused the message.
            OSError: it could not be reached.
        """
        body = urlencode(self.signed(self.parameters(out), at=datetime.now(UTC))).encode()
        request = Request(f"{self.endpoint}/", body)  # noqa: S310 - the operator sets the address
        with urlopen(request, timeout=20) as response:  # noqa: S310
            answer = json.load(response)
        if answer.get("Code") != "OK":
            code = str(answer.get("Code"))
            raise Refused(code if _CODE.fullmatch(code) else "unknown")

    def parameters(self, out: Outgoing) -> dict[str, str]:
        """The provider's parameters of one message, without signature."""
        kind = out.kind
        template = (
            self.options.get(f"template.{kind}.{out.language}")
            or self.options.get(f"template.{kind}")
            or self.options.get("template", "")
        )
        return {
            "Action": "SendSms",
            "Version": "2017-05-25",
            "Format": "JSON",
            "PhoneNumbers": out.address.removeprefix("+86"),
            "SignName": self.options.get("sign", ""),
            "TemplateCode": template,
            "TemplateParam": json.dumps(dict(out.values) or {"text": out.body}, ensure_ascii=False),
            "OutId": str(out.id),
        }

    def signed(self, parameters: Mapping[str, str], *, at: datetime) -> dict[str, str]:
        """The parameters with the signature over all of them, sorted (RFC 3986 quoting)."""
        whole = {
            **parameters,
            "AccessKeyId": self.key,
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "SignatureNonce": parameters["OutId"] + at.strftime("%H%M%S%f"),
            "Timestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        query = "&".join(f"{_quoted(k)}={_quoted(whole[k])}" for k in sorted(whole))
        text = f"POST&{_quoted('/')}&{_quoted(query)}"
        digest = hmac.new(f"{self.secret}&".encode(), text.encode(), hashlib.sha1).digest()
        return {**whole, "Signature": base64.b64encode(digest).decode()}


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
