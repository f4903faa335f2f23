"""A ``wss://`` server must prove who it is; nobody can switch that off."""

import datetime
import ipaddress
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rt_notebook import ConnectionLost, connect
from rt_notebook.client import credentials

from .scripted import Puppet, scripted_server

pytestmark = [pytest.mark.slow, pytest.mark.threat("T14")]


@pytest.fixture
def certificate(tmp_path):
    """A certificate for 127.0.0.1 that only its own file vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a server of one's own")])
    begin = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    end = begin + datetime.timedelta(days=1)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path, key_path = tmp_path / "certificate.pem", tmp_path / "key.pem"
    pem = serialization.Encoding.PEM
    path.write_bytes(signed.public_bytes(pem))
    form = serialization.PrivateFormat.PKCS8
    key_path.write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
    return path, key_path


@pytest.fixture
def address(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with scripted_server(Puppet().script, ssl=context) as url:
        yield url.replace("ws://", "wss://")


def test_a_server_that_nobody_vouches_for_gets_no_key(address, monkeypatch):
    monkeypatch.setenv("RT_API_KEY", "rt-for-somebody-else")
    with pytest.raises(ConnectionLost) as refusal:
        connect(address, quiet=True)
    assert "certificate" in str(refusal.value)
    assert "SSL_CERT_FILE" in str(refusal.value)


def test_a_certificate_of_ones_own_is_trusted_by_its_path(address, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert connect(address, quiet=True).status == "open"


def test_a_secret_is_minted_nowhere_without_proof(address):
    with pytest.raises(ConnectionLost) as refusal:
        credentials.mint_client_secret(address, api_key="rt-key")
    assert "SSL_CERT_FILE" in str(refusal.value)
