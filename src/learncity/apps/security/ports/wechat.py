"""WeChat: a website's QR code (``snsapi_login``), and inside WeChat (``snsapi_userinfo``).

Written to the open platform's documents 网站应用微信登录开发指南 and 网页授权: the answer of
``/sns/oauth2/access_token`` holds ``openid`` and, where the account is bound to the open platform,
``unionid``, which is the same for all applications of one holder. WeChat knows no PKCE.
"""

from django.utils.translation import gettext as _

from learncity.apps.security.types import Attempt, Known, Way, WayFailed

from . import Address, ask, text_of, with_query


class WeChat:
    """``wechat://APPID:SECRET@``; inside WeChat the APPID is that of an official account.

    A host after the ``@`` stands in for WeChat's, for a test.
    """

    way = Way.WECHAT

    def __init__(self, url: str, *, is_inside: bool) -> None:
        self.address, self.is_inside = Address.of(url), is_inside

    @property
    def name(self) -> str:
        """Its own name, as each language calls it."""
        return _("WeChat")

    def leave(self, *, back: str, attempt: Attempt) -> str:
        """The page with the QR code, or WeChat's own page of permission."""
        path = "/connect/oauth2/authorize" if self.is_inside else "/connect/qrconnect"
        # In this order: inside WeChat another order is refused.
        values = {
            "appid": self.address.client,
            "redirect_uri": back,
            "response_type": "code",
            "scope": "snsapi_userinfo" if self.is_inside else "snsapi_login",
            "state": attempt.state,
        }
        page = with_query(self.address.base("open.weixin.qq.com") + path, values)
        return f"{page}#wechat_redirect"

    def come_back(self, *, code: str, back: str, attempt: Attempt) -> Known:
        """``unionid``, which both ways in share; without it ``openid``, which is one way's own."""
        values = {
            "appid": self.address.client,
            "secret": self.address.secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        base = self.address.base("api.weixin.qq.com")
        answer = ask(with_query(f"{base}/sns/oauth2/access_token", values))
        if answer.get("errcode"):
            raise WayFailed
        if answer.get("unionid"):
            return Known(self.way, f"union {text_of(answer, 'unionid')}"[:500])
        return Known(self.way, f"open {self.address.client} {text_of(answer, 'openid')}"[:500])
