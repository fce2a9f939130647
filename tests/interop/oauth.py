"""Lets an OAuth client of another language use the real program on loopback.

authlib plays the program that asks, requests plays the browser: it signs in,
reads the consent page and presses its button. Run it through oauth.sh, which
makes the virtual environment.
"""

import html.parser
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

import requests

# authlib refuses plain http unless it is told that this is a test.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

PATIENTS = "/api/patients/list/"
BACK = "http://127.0.0.1/cb"
SCOPE = "read:customer send:notification"


class Fields(html.parser.HTMLParser):
    """The fields of the form that posts to `action`."""

    def __init__(self, action):
        super().__init__()
        self.action, self.inside, self.fields = action, False, {}

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.inside = attrs.get("action") == self.action
        elif tag == "input" and self.inside and "name" in attrs:
            self.fields[attrs["name"]] = attrs.get("value", "")

    @classmethod
    def of(cls, page, action):
        parser = cls(action)
        parser.feed(page)
        if not parser.fields:
            raise AssertionError(f"the page has no form to {action}:\n{page}")
        return parser.fields


class Clinic:
    """A demo clinic, served by the real program."""

    def __init__(self, program, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.base = f"http://127.0.0.1:{probe.getsockname()[1]}"
        listen = self.base.removeprefix("http://")
        log = open(pathlib.Path(folder) / "log", "wb")
        self.server = subprocess.Popen(
            [program, "demo", "--listen", listen, "--data", folder, "--public-url", self.base],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL,
        )
        self.folder = pathlib.Path(folder)
        self.wait()
        self.users = json.loads((self.folder / "demo-credentials.json").read_text())["users"]
        token = requests.post(self.base + "/api/v1/auth/token/", json=self.users["admin"]).json()
        self.admin = {"Authorization": "Bearer " + token["access"]}

    def wait(self):
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if self.server.poll() is not None:
                break
            try:
                if requests.get(self.base + "/readyz", timeout=2).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise SystemExit("The program did not start:\n" + (self.folder / "log").read_text())

    def stop(self):
        self.server.terminate()
        self.server.wait(30)

    def register(self, **client):
        made = requests.post(self.base + "/api/v1/oauth/clients/", json=client, headers=self.admin)
        assert made.status_code == 201, made.text
        return made.json()

    def status(self, token, path=PATIENTS, **more):
        headers = {"Authorization": "Bearer " + token}
        return requests.get(self.base + path, headers=headers, **more).status_code


class Person:
    """Somebody with a browser."""

    def __init__(self, clinic, role):
        self.clinic, self.user, self.browser = clinic, clinic.users[role], requests.Session()

    def answer(self, url, button):
        """Follows the program's link, signs in when asked, presses the button; where it leads."""
        page = self.browser.get(url)
        if page.url.startswith(self.clinic.base + "/sign-in"):
            fields = Fields.of(page.text, "/sign-in") | self.user
            page = self.browser.post(self.clinic.base + "/sign-in", data=fields)
        assert page.status_code == 200, page.text
        fields = Fields.of(page.text, "/oauth/authorize") | {"decision": button}
        done = self.browser.post(
            self.clinic.base + "/oauth/authorize", data=fields, allow_redirects=False
        )
        assert done.status_code == 303, done.text
        return done.headers["Location"]


class Program:
    """A registered program, played by authlib."""

    def __init__(self, clinic, known, metadata, back=None, method=None):
        self.metadata, self.back = metadata, back
        secret = known["client_secret"]
        self.session = OAuth2Session(
            known["client_id"],
            secret,
            scope=SCOPE,
            redirect_uri=back,
            code_challenge_method="S256",
            token_endpoint_auth_method=method or ("client_secret_basic" if secret else "none"),
            revocation_endpoint_auth_method=method,
        )

    def ask(self, person, button="allow"):
        """The address the person comes back to, and the verifier that belongs to it."""
        verifier = generate_token(48)
        url, state = self.session.create_authorization_url(
            self.metadata["authorization_endpoint"], code_verifier=verifier
        )
        back = person.answer(url, button)
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(back).query))
        assert query["state"] == state, "the state comes back"
        assert query["iss"] == self.metadata["issuer"], "RFC 9207"
        return back, verifier

    def fetch(self, back, verifier, **more):
        return self.session.fetch_token(
            self.metadata["token_endpoint"], authorization_response=back, code_verifier=verifier, **more
        )

    def refresh(self, token):
        return self.session.refresh_token(self.metadata["token_endpoint"], refresh_token=token)


def refused(expected, call, *args, **more):
    try:
        found = call(*args, **more)
    except OAuthError as error:
        assert error.error == expected, f"{error.error} instead of {expected}"
        return
    raise AssertionError(f"not refused with {expected}: {found}")


def check_code_and_refresh(clinic, program):
    person = Person(clinic, "agent")
    back, verifier = program.ask(person)
    token = program.fetch(back, verifier)
    assert token["token_type"] == "Bearer" and token["scope"] == SCOPE, token
    assert clinic.status(token["access_token"]) == 200
    second = program.refresh(token["refresh_token"])
    assert second["refresh_token"] != token["refresh_token"], "refresh tokens rotate"
    assert clinic.status(second["access_token"]) == 200
    refused("invalid_grant", program.refresh, token["refresh_token"])
    assert clinic.status(second["access_token"]) == 401, "a used refresh token ends its family"
    refused("invalid_grant", program.refresh, second["refresh_token"])


def check_a_code_is_used_once(clinic, program):
    back, verifier = program.ask(Person(clinic, "agent"))
    token = program.fetch(back, verifier)
    refused("invalid_grant", program.fetch, back, verifier)
    assert clinic.status(token["access_token"]) == 401, "a second use ends what came of the first"


def check_wrong_verifier_and_redirect(clinic, program):
    back, _ = program.ask(Person(clinic, "agent"))
    refused("invalid_grant", program.fetch, back, generate_token(48))
    back, verifier = program.ask(Person(clinic, "agent"))
    refused("invalid_grant", program.fetch, back, verifier, redirect_uri="https://evil.example/cb")
    url, _ = program.session.create_authorization_url(
        program.metadata["authorization_endpoint"],
        code_verifier=generate_token(48),
        redirect_uri="https://evil.example/cb",
    )
    page = requests.get(url, allow_redirects=False)
    assert page.status_code == 400 and "Location" not in page.headers, "nobody is sent away"


def check_refusal(clinic, program):
    back, _ = program.ask(Person(clinic, "agent"), button="deny")
    assert "error=access_denied" in back and "code=" not in back, back


def check_revocation(clinic, program):
    back, verifier = program.ask(Person(clinic, "agent"))
    token = program.fetch(back, verifier)
    done = program.session.revoke_token(
        program.metadata["revocation_endpoint"], token=token["refresh_token"]
    )
    assert done.status_code == 200, done.text
    assert clinic.status(token["access_token"]) == 401
    refused("invalid_grant", program.refresh, token["refresh_token"])


def check_scopes(clinic, program):
    back, verifier = program.ask(Person(clinic, "agent"))
    token = program.fetch(back, verifier)["access_token"]
    headers = {"Authorization": "Bearer " + token}
    answer = requests.post(clinic.base + "/api/patients/", json={}, headers=headers)
    assert answer.status_code == 403, answer.text
    assert 'scope="write:customer"' in answer.headers["WWW-Authenticate"]
    url, _ = program.session.create_authorization_url(
        program.metadata["authorization_endpoint"],
        code_verifier=generate_token(48),
        scope="manage:tenant",
    )
    answer = requests.get(url, allow_redirects=False)
    assert answer.status_code == 303 and "error=invalid_scope" in answer.headers["Location"]


def check_client_credentials(clinic, metadata):
    known = clinic.register(name="Export", kind="confidential", scopes=["read:customer"])
    for method in ("client_secret_basic", "client_secret_post"):
        session = OAuth2Session(
            known["client_id"], known["client_secret"], token_endpoint_auth_method=method
        )
        token = session.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
        assert "refresh_token" not in token and clinic.status(token["access_token"]) == 200
    wrong = OAuth2Session(known["client_id"], "lfc_wrong")
    refused(
        "invalid_client", wrong.fetch_token, metadata["token_endpoint"], grant_type="client_credentials"
    )
    path = f"/api/v1/oauth/clients/{known['client_id']}/revoke/"
    done = requests.post(clinic.base + path, headers=clinic.admin)
    assert done.status_code == 204 and clinic.status(token["access_token"]) == 401, "at once"


def check(clinic):
    described = requests.get(clinic.base + "/.well-known/oauth-authorization-server").json()
    metadata = AuthorizationServerMetadata(described)
    # validate() also asks for https, which loopback has not; these parts need none.
    metadata.validate_response_types_supported()
    metadata.validate_grant_types_supported()
    metadata.validate_token_endpoint_auth_methods_supported()
    metadata.validate_code_challenge_methods_supported()
    assert metadata["issuer"] == clinic.base
    web = clinic.register(
        name="Agenda", kind="confidential", redirect_uris=["https://agenda.example/cb"],
        scopes=SCOPE.split(),
    )
    native = clinic.register(
        name="Agenda mobile", kind="public", redirect_uris=[BACK], scopes=SCOPE.split()
    )
    programs = [
        Program(clinic, web, metadata, "https://agenda.example/cb"),
        Program(clinic, web, metadata, "https://agenda.example/cb", "client_secret_post"),
        # A native program takes the port it is given (RFC 8252).
        Program(clinic, native, metadata, "http://127.0.0.1:49152/cb"),
    ]
    for program in programs:
        check_code_and_refresh(clinic, program)
        check_a_code_is_used_once(clinic, program)
        check_revocation(clinic, program)
    check_wrong_verifier_and_redirect(clinic, programs[0])
    check_refusal(clinic, programs[0])
    check_scopes(clinic, programs[0])
    check_client_credentials(clinic, metadata)


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        clinic = Clinic(program, folder)
        try:
            check(clinic)
        finally:
            clinic.stop()
    print("authlib and the program understand each other.")


if __name__ == "__main__":
    main(sys.argv[1])
