"""Lets a mail server of another language take the real program's e-mails.

aiosmtpd plays the server, with an account and faults to order; requests plays
the browser that follows what the mails say. Run it through mail.sh, which
makes the virtual environment.
"""

import email
import email.policy
import html.parser
import json
import logging
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import warnings

import requests
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

USER, PASSWORD = "lafiya@clinic.example", "p:/@ss %+é"
SENDER = "Clinique Lafiya <noreply@clinic.example>"
SECRET, NEW = "un mot de passe", "un tout autre mot"
PATIENCE = 30

# The account goes over loopback without TLS, which aiosmtpd finds worth a word.
warnings.simplefilter("ignore")
logging.getLogger("mail.log").setLevel(logging.ERROR)


class Mailbox:
    """Takes mails, unless the local part of the address orders a fault."""

    def __init__(self):
        self.taken, self.tries = [], {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            self.tried(address, None)
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        address = envelope.rcpt_tos[0]
        times = self.tried(address, mail["Message-ID"])
        if address.startswith("later@") and times == 1:
            return "451 4.3.0 Try again later"
        if address.startswith("lost@"):
            server.transport.abort()
            return "250 OK"
        assert envelope.mail_from == "noreply@clinic.example", envelope.mail_from
        self.taken.append((address, mail))
        return "250 OK"

    def tried(self, address, message_id):
        self.tries.setdefault(address, []).append(message_id)
        return len(self.tries[address])

    def next_to(self, address, seen):
        """The mail to an address after the first `seen` ones."""

        def found():
            mails = [mail for to, mail in self.taken if to == address]
            return mails[seen] if len(mails) > seen else None

        return eventually(f"a mail to {address}", found)


def eventually(what, look):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {PATIENCE} s")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def authenticate(server, session, envelope, mechanism, account):
    right = (account.login, account.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


class Fields(html.parser.HTMLParser):
    """The hidden fields of a page."""

    def __init__(self, page):
        super().__init__()
        self.fields = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "input" and attrs.get("type") == "hidden":
            self.fields[attrs["name"]] = attrs.get("value", "")


class Clinic:
    """A demo clinic, served by the real program."""

    def __init__(self, program, folder, server):
        self.base = f"http://127.0.0.1:{free_port()}"
        listen = self.base.removeprefix("http://")
        self.folder = pathlib.Path(folder)
        log = open(self.folder / "log", "wb")
        self.server = subprocess.Popen(
            [program, "demo", "--listen", listen, "--data", folder, "--public-url", self.base],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=settings(server, PASSWORD),
        )
        eventually("the program", self.ready)
        users = json.loads((self.folder / "demo-credentials.json").read_text())["users"]
        self.admin = self.sign_in(**users["admin"])

    def ready(self):
        if self.server.poll() is not None:
            raise SystemExit("The program did not start:\n" + (self.folder / "log").read_text())
        try:
            return requests.get(self.base + "/readyz", timeout=2).ok
        except requests.RequestException:
            return False

    def stop(self):
        self.server.terminate()
        self.server.wait(30)

    def post(self, path, body=None, who=None, expected=(200, 201, 202, 204)):
        answer = requests.post(self.base + path, json=body, headers=who or {})
        assert answer.status_code in expected, f"{path}: {answer.status_code} {answer.text}"
        return answer

    def sign_in(self, username, password):
        body = {"username": username, "password": password}
        return {"Authorization": "Bearer " + self.post("/api/v1/auth/token/", body).json()["access"]}

    def register(self, name):
        body = {
            "username": name, "password": SECRET, "first_name": "Awa", "last_name": "Diop",
            "email": f"{name}@example.org",
        }
        self.post("/api/v1/auth/users/register/", body)
        return self.sign_in(name, SECRET)

    def ask_for_code(self, who):
        self.post("/api/v1/auth/users/me/email/code/", who=who)

    def outbox(self, address, state):
        """The newest message to an address once it has come this far."""

        def found():
            rows = requests.get(
                self.base + "/api/v1/outbox/", params={"search": address}, headers=self.admin
            ).json()["results"]
            return rows[0] if rows and rows[0]["state"] == state else None

        return eventually(f"{state} to {address}", found)


def settings(server, password):
    account = f"{urllib.parse.quote(USER, safe='')}:{urllib.parse.quote(password, safe='')}"
    address = f"smtp://{account}@{server.hostname}:{server.port}"
    return {**os.environ, "SMTP_URL": address, "MAIL_FROM": SENDER}


def check_parts(mail, subject):
    assert mail["Subject"] == subject, mail["Subject"]
    sender = mail["From"].addresses[0]
    assert f"{sender.display_name} <{sender.addr_spec}>" == SENDER, mail["From"]
    assert re.fullmatch(r"<[0-9a-f-]{36}@clinic\.example>", mail["Message-ID"]), mail["Message-ID"]
    assert mail["Date"].datetime.tzinfo and mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "multipart/alternative", mail.get_content_type()
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert kinds == ["text/plain", "text/html"], kinds
    text, page = (part.get_content() for part in mail.iter_parts())
    assert text.startswith("Bonjour Awa,") and "<p>Bonjour Awa,</p>" in page, (text, page)
    return text, page


def check_verification(clinic, mailbox):
    awa = clinic.register("awa")
    clinic.ask_for_code(awa)
    text, page = check_parts(mailbox.next_to("awa@example.org", 0), "Votre code Lafiya")
    code = re.search(r"\b\d{6}\b", text)[0]
    assert code in page
    other = "000000" if code != "000000" else "000001"
    confirm = "/api/v1/auth/users/me/email/confirm/"
    clinic.post(confirm, {"code": other}, awa, expected=(400,))
    clinic.post(confirm, {"code": code}, awa)
    me = requests.get(clinic.base + "/api/v1/auth/users/me/", headers=awa).json()
    assert me["email_verified"], me


def check_new_password(clinic, mailbox):
    clinic.post("/api/v1/auth/password/forgotten/", {"identifier": "awa@example.org"})
    mail = mailbox.next_to("awa@example.org", 1)
    text, page = check_parts(mail, "Créez un nouveau mot de passe")
    link = re.search(r"^http\S+", text, re.MULTILINE)[0]
    assert link.startswith(clinic.base + "/reset/") and f'<a href="{link}">' in page, (link, page)
    browser = requests.Session()
    shown = browser.get(link)
    assert shown.ok, shown.text
    fields = Fields(shown.text).fields | {"new_password": NEW}
    done = browser.post(link, data=fields)
    assert done.ok and "mot de passe est changé" in done.text, done.text
    assert browser.get(link).status_code == 404, "a link opens once"
    clinic.sign_in("awa", NEW)
    told = mailbox.next_to("awa@example.org", 2)
    text, _ = check_parts(told, "Un changement sur votre compte Lafiya")
    assert "mot de passe a été changé" in text, text


def check_invitation(clinic, mailbox):
    body = {"role": "agent", "first_name": "Awa", "last_name": "Faye", "email": "faye@example.org"}
    made = clinic.post("/api/v1/auth/invitations/", body, clinic.admin).json()
    assert made["is_sent"], made
    mail = mailbox.next_to("faye@example.org", 0)
    text, _ = check_parts(mail, "Clinique Lafiya vous invite sur Lafiya")
    link = re.search(r"^http\S+", text, re.MULTILINE)[0]
    assert requests.get(link).ok, link


def check_a_passing_refusal(clinic, mailbox):
    clinic.ask_for_code(clinic.register("later"))
    row = clinic.outbox("later@example.org", "accepted")
    tries = mailbox.tries["later@example.org"]
    assert len(tries) == 2 and tries[0] == tries[1] == f"<{row['id']}@clinic.example>", tries
    assert row["provider_id"] == tries[0].strip("<>"), row
    assert row["body"] == "", "a code is for its owner only"
    taken = [mail for to, mail in mailbox.taken if to == "later@example.org"]
    assert len(taken) == 1, "sent once"


def check_a_final_refusal(clinic, mailbox):
    clinic.ask_for_code(clinic.register("nobody"))
    row = clinic.outbox("nobody@example.org", "failed")
    assert (row["reason"], row["error_code"], row["retryable"]) == ("bad_address", 550, False), row
    assert "adresse e-mail" in row["reason_text"], row
    assert len(mailbox.tries["nobody@example.org"]) == 1


def check_a_lost_connection(clinic, mailbox):
    clinic.ask_for_code(clinic.register("lost"))
    row = clinic.outbox("lost@example.org", "failed")
    assert (row["reason"], row["provider_id"]) == ("outcome_unknown", None), row
    assert len(mailbox.tries["lost@example.org"]) == 1, "never sent again by itself"


def check_the_check(program, folder, server):
    for password, word in [(PASSWORD, "ok    mail"), ("another", "fail  mail")]:
        run = subprocess.run(
            [program, "check", "--data", folder],
            env=settings(server, password), capture_output=True, text=True, check=False,
        )
        assert word in run.stdout, run.stdout + run.stderr
        assert urllib.parse.quote(password, safe="") not in run.stdout + run.stderr


def main():
    program = sys.argv[1]
    mailbox = Mailbox()
    server = Controller(
        mailbox, hostname="127.0.0.1", port=free_port(), authenticator=authenticate,
        auth_required=True, auth_require_tls=False,
    )
    server.start()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        clinic = Clinic(program, folder, server)
        try:
            for check in [
                check_verification, check_new_password, check_invitation,
                check_a_passing_refusal, check_a_final_refusal, check_a_lost_connection,
            ]:
                check(clinic, mailbox)
                print(f"ok {check.__name__}")
            check_the_check(program, other, server)
            print("ok check_the_check")
            log = (clinic.folder / "log").read_text()
            assert "@example.org" not in log and PASSWORD not in log, "the log names nobody"
        except Exception:
            print((clinic.folder / "log").read_text(), file=sys.stderr)
            raise
        finally:
            clinic.stop()
            server.stop()


main()
