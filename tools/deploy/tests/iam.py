"""
Decides as IAM does whether policy documents allow a request: allowed, denied, or denied explicitly.

Knows only the part of IAM's language that the documents in iam-policy/ use. Any other part in a document is an error.
Therefore every part of a document is checked.
"""

import re
from fnmatch import fnmatchcase

ALLOWED, DENIED, DENIED_EXPLICITLY = "allowed", "denied", "denied explicitly"
KNOWN = {"Sid", "Effect", "Action", "Resource", "Principal", "Condition"}


def decide(documents, action, keys=None, resource="*", principal=None):
    """
    IAM's decision about an action on a resource, with these condition keys.

    A trust policy needs a principal, such as {"Service": "..."}. A permissions policy has no principal.
    """
    effects = {
        statement["Effect"]
        for document in documents
        for statement in _listed(document["Statement"])
        if _applies(statement, action, resource, principal, keys or {})
    }
    if "Deny" in effects:
        return DENIED_EXPLICITLY
    return ALLOWED if "Allow" in effects else DENIED


def _applies(statement, action, resource, principal, keys):
    unknown = set(statement) - KNOWN
    if unknown or statement["Effect"] not in ("Allow", "Deny"):
        raise ValueError(f"not understood: {statement}")
    if (principal is None) != ("Resource" in statement) or (principal is None) == ("Principal" in statement):
        raise ValueError("a permissions policy names resources, a trust policy names principals")
    return (
        _matches_any([each.lower() for each in _listed(statement["Action"])], action.lower())
        and (principal is not None or _matches_any(statement["Resource"], resource))
        and (principal is None or principal.items() <= statement["Principal"].items())
        and all(
            _holds(operator, expected, keys.get(key))
            for operator, pairs in statement.get("Condition", {}).items()
            for key, expected in pairs.items()
        )
    )


def _holds(operator, expected, actual):
    """If the request lacks the key, every operator fails, except negated operators."""
    if operator == "StringEquals":
        return actual in _listed(expected)
    if operator == "StringNotEquals":
        return actual not in _listed(expected)
    if operator == "StringLike":
        return actual is not None and _matches_any(expected, actual)
    raise ValueError(f"operator not understood: {operator}")


def _matches_any(patterns, text):
    # IAM's patterns support only * and ?. A bracket is a plain character.
    return any(fnmatchcase(text, re.sub(r"\[", "[[]", pattern)) for pattern in _listed(patterns))


def _listed(value):
    return value if isinstance(value, list) else [value]
