"""Does a notice reach the person it is for, in words, and does nothing else get in?"""

import json
from types import SimpleNamespace

import pytest
from aiohttp import web

from libretexts_hub.clients.kube_access import fixed
from libretexts_hub.clients.mail import Mail, MailServer, is_address
from libretexts_hub.clients.webhook import Webhook
from libretexts_hub.culler.addresses import ANNOTATION, STATE_KEY, Addresses, AddressFile
from libretexts_hub.culler.letters import KINDS, Letters, day
from libretexts_hub.culler.notices import NoticeSender
from libretexts_hub.domain.culling import Claim, HubServer, HubUser, Notice
from libretexts_hub.domain.culling_errors import UnavailableError
from libretexts_hub.errors import ConfigurationError
from tests.culler.fake_mail_server import FakeMailServer

SOON = 1_800_000_000.0  # 15 January 2027
MARK = Notice("mark", "ada", claims=(("ns", "claim-ada"),), delete_after=SOON, reason="You were away.")
LETTERS = Letters(hub="Example Hub", url="https://hub.example.edu", languages=("en", "es"))


class Known:
    """What hub and cluster would answer; both ports at once."""

    def __init__(self, *, state=None, annotations=None, error=None):
        self._servers = (HubServer("", state=state or {}),)
        self._annotations = annotations or {}
        self._error = error

    async def user(self, name):
        if self._error:
            raise self._error
        return HubUser(name, servers=self._servers)

    async def get(self, namespace, name):
        return Claim(namespace, name, "u", "1", annotations=self._annotations)


@pytest.fixture
async def server():
    async with FakeMailServer().running() as server:
        yield server


@pytest.fixture
def sender(server, tmp_path):
    made = []

    def make(known=None, **more):
        mail = Mail(
            MailServer("127.0.0.1", "hub@example.edu", port=server.port, encryption="none", seconds=5)
        )
        made.append(mail)
        known = known or Known(state={STATE_KEY: "ada@example.edu"})
        addresses = Addresses(file=None, hub=known, claims=known)
        return NoticeSender(LETTERS, **{"mail": mail, "addresses": addresses} | more)

    yield make
    for mail in made:
        mail.close()


async def test_a_mail_in_both_languages(server, sender):
    sent = await sender().send(MARK)

    assert (sent.by, sent.failed, sent.has_reached) == (("mail",), {}, True)
    [message] = server.messages
    assert message["To"] == "ada@example.edu"
    assert "Example Hub" in message["Subject"]
    text = message.get_content()
    for words in ("15 January 2027", "15 de enero de 2027", "https://hub.example.edu", "You were away."):
        assert words in text
    assert message["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example\n",
        "a@b.example, c@d.example",
        "<a@b.example>",
        '"a b"@c.example',
        "a@localhost",
        "@b.example",
        "a@b..example",
        "a" * 65 + "@b.example",
        "a\u2028@b.example",
        5,
        None,
    ],
)
async def test_what_is_no_address_gets_nothing(server, sender, address):
    assert not is_address(address)
    sent = await sender(Known(state={STATE_KEY: address})).send(MARK)
    assert not sent.has_reached
    assert server.recipients == []


@pytest.mark.parametrize(
    "text", ["a\r\nBcc: x@y.example\r\n\r\nhello", "\r\n.\r\nMAIL FROM:<x@y.example>", "$hub ${x}"]
)
async def test_what_others_write_stays_text(server, sender, text):
    await sender().send(Notice("mark", text, delete_after=SOON, reason=text))
    [message] = server.messages
    assert message["Bcc"] is None
    assert len(server.recipients) == 1
    assert "\n" not in message["Subject"]


@pytest.mark.parametrize(
    "answers",
    [
        {"RCPT": "550 no such user ada@example.edu"},
        {"MAIL": "451 try later"},
        {"DATA": ""},
        {"END": "552 full"},
        {"EHLO": "", "HELO": ""},
    ],
)
async def test_a_mail_that_was_not_taken_is_said_without_the_address(server, sender, answers, caplog):
    server.answers = answers
    sent = await sender().send(MARK)
    assert not sent.has_reached
    assert "mail" in sent.failed
    assert "ada@example.edu" not in str(sent) + caplog.text


async def test_the_address_comes_from_the_first_place_that_has_one(tmp_path):
    path = tmp_path / "addresses.yaml"
    path.write_text("ada: file@example.edu\n")
    notes = {ANNOTATION: "claim@example.edu", "hub.jupyter.org/username": "ada"}
    known = Known(state={STATE_KEY: "state@example.edu"}, annotations=notes)

    async def of(**more):
        return await Addresses(**{"file": None, "hub": None, "claims": None} | more).of(MARK)

    assert await of(file=AddressFile(path), hub=known, claims=known) == "file@example.edu"
    assert await of(hub=known, claims=known) == "state@example.edu"
    assert await of(hub=Known(), claims=known) == "claim@example.edu"
    foreign = Known(annotations=notes | {"hub.jupyter.org/username": "bob"})
    assert await of(hub=Known(), claims=foreign) == ""


@pytest.mark.parametrize(
    "text", ["- ada", "ada: nobody", "ada: [x]", "{", 'ada: "a@b.example\\nBcc: c@d.example"']
)
async def test_a_file_of_addresses_that_is_wrong_is_said_at_the_start(tmp_path, text):
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(ConfigurationError, match=r"a\.yaml"):
        AddressFile(tmp_path / "a.yaml")


async def test_a_hub_that_is_away_fails_the_notice_and_not_the_run(sender):
    error = UnavailableError("The hub is away", where="hub", fix="Wait.")
    sent = await sender(Known(error=error)).send(MARK)
    assert "The hub is away" in sent.failed["mail"]


async def test_an_event_alone_has_reached_nobody():
    told = []

    async def tell(*words):
        told.append(words)

    sent = await NoticeSender(LETTERS, events=SimpleNamespace(tell=tell)).send(MARK)
    assert (sent.by, sent.has_reached) == (("event",), False)
    assert told[0][2] == "HomeMarked"


async def test_a_webhook_gets_json_without_the_address(sender):
    got = []

    async def take(request):
        got.append((request.headers["Authorization"], await request.json()))
        return web.Response(status=500 if len(got) > 1 else 204)

    application = web.Application()
    application.router.add_post("/in", take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    webhook = Webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/in", fixed("Bearer t"))
    async with webhook.client:
        made = sender(webhook=webhook, reaching=("webhook",))
        assert (await made.send(MARK)).has_reached
        refused = await made.send(MARK)
    await runner.cleanup()
    assert refused.by == ("mail",)
    assert not refused.has_reached
    assert len(got) == 2  # a 500 may have had its effect: not sent again
    assert got[0][0] == "Bearer t"
    assert got[0][1]["delete_after"] == "2027-01-15T08:00:00+00:00"
    assert "ada@example.edu" not in json.dumps(got[0][1])


@pytest.mark.parametrize("url", ["ftp://x", "x", "https://u:p@x.example", "file:///etc/passwd"])
def test_a_webhook_that_is_none(url):
    with pytest.raises(ConfigurationError):
        Webhook(url, fixed(""))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_letter_is_whole(kind, language):
    letters = Letters(hub="H", url="https://h.example", languages=(language,))
    letter = letters.letter(Notice(kind, "ada", delete_after=SOON, reason="R.", snapshot_kept_until=SOON))
    assert letter.subject
    assert "$" not in letter.subject + letter.text
    assert "ada" in letter.text


@pytest.mark.parametrize("text", ["Subject $nobody", "100 $", "${"])
def test_a_letter_of_the_operators_is_looked_at_when_the_culler_starts(tmp_path, text):
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "mark.txt").write_text(text)
    with pytest.raises(ConfigurationError, match=r"mark\.txt"):
        Letters(hub="H", url="u", folder=tmp_path)


def test_a_letter_in_a_language_of_the_operators_own(tmp_path):
    with pytest.raises(ConfigurationError, match="eo"):
        Letters(hub="H", url="u", languages=("eo",))
    (tmp_path / "eo").mkdir()
    for kind in (*KINDS, "snapshot"):
        (tmp_path / "eo" / f"{kind}.txt").write_text("Temo\n\nSaluton $user")
    letter = Letters(hub="H", url="u", languages=("eo",), folder=tmp_path).letter(MARK)
    assert (letter.subject, letter.text.strip()) == ("Temo", "Saluton ada")
    assert day(SOON, "eo") == "15 January 2027"
