# SPDX-License-Identifier: Apache-2.0
"""Certificates that are wrong in one way each, made with the cryptography package: it signs keys that are there already, whoever has
them, without a request by their owner and an authority's files in a folder."""
import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)


def named(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def load_key(path):
    return serialization.load_pem_private_key(path.read_bytes(), None)


def load_certificate(path):
    return x509.load_pem_x509_certificate(path.read_bytes())


class Authority:
    """An issuer with its key; its own when nobody issued it."""

    def __init__(self, certificate, key):
        self.certificate, self.key = certificate, key

    @classmethod
    def of_files(cls, certificate, key):
        return cls(load_certificate(certificate), load_key(key))

    @classmethod
    def new(cls, name, issuer=None):
        key = ec.generate_private_key(ec.SECP256R1())
        return cls(sign(named(name), key.public_key(), issuer or Authority(None, key), is_authority=True), key)

    @property
    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def usage(**true):
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
             "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: true.get(name, False) for name in names})


def sign(subject, public_key, issuer, begin=-1, end=400, is_authority=False, signs=True, usages=(ExtendedKeyUsageOID.CLIENT_AUTH,)):
    """A certificate that is valid from so many days before or after now, to so many."""
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (x509.CertificateBuilder().subject_name(subject).public_key(public_key)
               .issuer_name(issuer.certificate.subject if issuer.certificate else subject)
               .serial_number(x509.random_serial_number()).not_valid_before(now + begin * DAY).not_valid_after(now + end * DAY)
               .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True))
    if is_authority:
        builder = builder.add_extension(usage(key_cert_sign=True, crl_sign=True), critical=True)
    else:
        builder = builder.add_extension(usage(digital_signature=signs, key_agreement=not signs), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(usages)), critical=False)
    return builder.sign(issuer.key, hashes.SHA256())


def certificate_pem(common_name, key, issuer, **options):
    certificate = sign(named(common_name), key.public_key(), issuer or Authority(None, key), **options)
    return certificate.public_bytes(serialization.Encoding.PEM)
