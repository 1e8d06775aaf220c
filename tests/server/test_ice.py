"""ICE servers as participants are told of them, our own TURN server's among them, and renewed while a visit lasts."""

from datetime import UTC, datetime, timedelta

from server.config import ServerConfig
from server.ice import IceServers, shared_secret_credential
from server.renewal import Renewals
from wire.signaling import IceServer

NOW = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
KEY = bytes(32)


def servers(**settings: object) -> IceServers:
    return IceServers(ServerConfig.model_validate(settings), KEY)


def test_the_credential_is_coturn_s() -> None:
    # RFC 2202, test case 2: effcdf6ae5eb2fa2d27416d5f184df9c259a7c79
    assert shared_secret_credential("Jefe", "what do ya want for nothing?") == "7/zfauXrL6LSdBbV8YTfnCWafHk="


def test_each_kind_of_server() -> None:
    configured = [
        {"urls": ["stun:a.example"]},
        {"urls": ["turn:b.example"], "username": "u", "credential": "c"},
        {"urls": ["turn:c.example", "turns:c.example"], "secret": "s"},
    ]
    stun, fixed, shared = servers(ice={"servers": configured, "credential_minutes": 30}).of("p1", NOW)
    assert stun == IceServer(urls=("stun:a.example",))
    assert fixed == IceServer(urls=("turn:b.example",), username="u", credential="c")
    username = f"{int((NOW + timedelta(minutes=30)).timestamp())}:p1"
    assert shared == IceServer(
        urls=("turn:c.example", "turns:c.example"),
        username=username,
        credential=shared_secret_credential("s", username),
    )
    assert servers().of("p1", NOW) == ()


def test_our_own_is_found_by_all_its_ways() -> None:
    turn = {"address": "192.0.2.10"}
    (plain,) = servers(public_url="https://visits.example.org", turn=turn).of("p1", NOW)
    host = "visits.example.org"
    ways = (f"stun:{host}:3478", f"turn:{host}:3478?transport=udp", f"turn:{host}:3478?transport=tcp")
    assert plain.urls == ways
    assert plain.credential
    (secure,) = servers(turn={**turn, "host": "turn.example.org", "certificate": "/c", "key": "/k"}).of("p1", NOW)
    assert secure.urls[-1] == "turns:turn.example.org:5349?transport=tcp"
    (literal,) = servers(turn={"address": "2001:db8::1", "host": "2001:db8::1"}).of("p1", NOW)
    assert literal.urls[0] == "stun:[2001:db8::1]:3478"


def test_each_participant_is_told_of_fresh_ones_at_half_of_their_life() -> None:
    renewals = Renewals(servers(turn={"address": "192.0.2.10"}, ice={"credential_minutes": 30}))
    renewals.told("a", "ana", NOW)
    renewals.told("b", "bea", NOW + timedelta(minutes=10))
    assert renewals.due(NOW + timedelta(minutes=14)) == ()
    ((sid, fresh),) = renewals.due(NOW + timedelta(minutes=15))
    assert sid == "a"
    assert fresh.ice_servers[0].username == f"{int((NOW + timedelta(minutes=45)).timestamp())}:ana"
    assert renewals.due(NOW + timedelta(minutes=16)) == ()
    renewals.forget("b")
    assert [sid for sid, _ in renewals.due(NOW + timedelta(minutes=30))] == ["a"]


def test_who_comes_and_goes_while_the_others_are_told_is_no_matter() -> None:
    renewals = Renewals(servers(turn={"address": "192.0.2.10"}, ice={"credential_minutes": 30}))
    for sid in ("a", "b"):
        renewals.told(sid, sid, NOW)
    later = NOW + timedelta(minutes=15)
    told = []
    for sid, _ in renewals.due(later):
        told.append(sid)
        renewals.forget("b")
        renewals.told("c", "c", later)
    assert told == ["a", "b"]
    assert [sid for sid, _ in renewals.due(NOW + timedelta(minutes=30))] == ["a", "c"]


def test_a_clock_that_was_set_back_does_not_stop_it() -> None:
    renewals = Renewals(servers(turn={"address": "192.0.2.10"}))
    renewals.told("a", "ana", NOW)
    assert [sid for sid, _ in renewals.due(NOW - timedelta(days=1))] == ["a"]


def test_where_nothing_expires_nobody_is_told() -> None:
    renewals = Renewals(servers(ice={"servers": [{"urls": ["stun:a.example"]}]}))
    renewals.told("a", "ana", NOW)
    assert renewals.due(NOW + timedelta(days=1)) == ()
