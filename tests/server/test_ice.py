"""ICE servers as participants are told of them."""

from datetime import UTC, datetime

from server.config import IceSection
from server.ice import ice_servers, shared_secret_credential
from wire.signaling import IceServer

ENDS_AT = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)


def test_the_credential_is_coturn_s() -> None:
    # RFC 2202, test case 2: effcdf6ae5eb2fa2d27416d5f184df9c259a7c79
    assert shared_secret_credential("Jefe", "what do ya want for nothing?") == "7/zfauXrL6LSdBbV8YTfnCWafHk="


def test_each_kind_of_server() -> None:
    section = IceSection.model_validate(
        {
            "servers": [
                {"urls": ["stun:a.example"]},
                {"urls": ["turn:b.example"], "username": "u", "credential": "c"},
                {"urls": ["turn:c.example", "turns:c.example"], "secret": "s"},
            ]
        }
    )
    stun, fixed, shared = ice_servers(section, "p1", ENDS_AT)
    assert stun == IceServer(urls=("stun:a.example",))
    assert fixed == IceServer(urls=("turn:b.example",), username="u", credential="c")
    username = f"{int(ENDS_AT.timestamp())}:p1"
    assert shared == IceServer(
        urls=("turn:c.example", "turns:c.example"),
        username=username,
        credential=shared_secret_credential("s", username),
    )
    assert ice_servers(IceSection(), "p1", ENDS_AT) == ()
