"""
Decides what IAM would: Allowed, Denied, or Denied explicitly, for one request against some policy documents.

The part of IAM's language that the documents in iam-policy/ use; whatever else stands in a document is refused, so that
nothing is believed to be checked that is not.
"""

import re
from fnmatch import fnmatchcase

ALLOWED, DENIED, DENIED_EXPLICITLY = "allowed", "denied", "denied explicitly"
KNOWN = {"Sid", "Effect", "Action", "Resource", "Principal", "Condition"}


def decide(documents, action, keys=None, resource="*", principal=None):
    """
    What IAM answers to an action on a resource, with these condition keys.

    A trust policy is asked with a principal, such as {"Service": "..."}, a permissions policy without.
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
        raise ValueError("a permissions policy names resources, a trust policy principals")
    return (
        _matches_any([each.lower() for each in _listed(statement["Action"])], action.lower())
        and (principal is not None or _matches_any(statement["Resource"], resource))
        and (principal is None or principal.items() <= statement["Principal"].items())
        and all(
            _holds(operator, wanted, keys.get(key))
            for operator, pairs in statement.get("Condition", {}).items()
            for key, wanted in pairs.items()
        )
    )


def _holds(operator, wanted, actual):
    """A key that the request does not have fails every operator but the negated ones."""
    if operator == "StringEquals":
        return actual in _listed(wanted)
    if operator == "StringNotEquals":
        return actual not in _listed(wanted)
    if operator == "StringLike":
        return actual is not None and _matches_any(wanted, actual)
    raise ValueError(f"operator not understood: {operator}")


def _matches_any(patterns, text):
    # IAM knows * and ?, and no sets of letters.
    return any(fnmatchcase(text, re.sub(r"\[", "[[]", pattern)) for pattern in _listed(patterns))


def _listed(value):
    return value if isinstance(value, list) else [value]
