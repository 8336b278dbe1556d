"""Refusals about what volunteers get for their work: of the one tree of errors, apart for its length."""

from service.errors import Conflict


class NothingToCertify(Conflict):
    """Nothing counts in the period: a certificate would say nothing."""

    code = "nothing-to-certify"


class CertificateEnded(Conflict):
    """`certificate_status`: it was replaced or revoked, and there is no paper of it any more."""

    code = "certificate-ended"
