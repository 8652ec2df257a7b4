"""Resolves a CloudFormation template with given parameters. Knows only the functions that the
project's templates use."""

import json
import re

import yaml

PSEUDO = {"AWS::Partition": "aws", "AWS::AccountId": "111122223333"}
NO_VALUE = object()


class _Loader(yaml.SafeLoader):
    """Reads !Ref X as {"Ref": X}, and so on."""


def _function(loader, suffix, node):
    construct = {
        yaml.ScalarNode: loader.construct_scalar,
        yaml.SequenceNode: lambda each: loader.construct_sequence(each, deep=True),
    }[type(node)]
    return {suffix if suffix == "Ref" else f"Fn::{suffix}": construct(node)}


_Loader.add_multi_constructor("!", _function)


def resolve(text, **parameters):
    """Returns the resources of a template by name. JSON in a text becomes an object."""
    template = yaml.load(text, _Loader)
    defaults = {name: each.get("Default") for name, each in template["Parameters"].items()}
    scope = _Scope(template, PSEUDO | defaults | parameters)
    return {
        name: scope.value(resource["Properties"])
        for name, resource in template["Resources"].items()
        if scope.condition(resource.get("Condition"))
    }


class _Scope:
    def __init__(self, template, values):
        self.template = template
        self.values = values

    def condition(self, name):
        return name is None or self.value(self.template["Conditions"][name])

    def value(self, node):
        if isinstance(node, list):
            return [each for each in map(self.value, node) if each is not NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            [(function, argument)] = node.items()
            if function in ("Ref", "Condition") or function.startswith("Fn::"):
                return self._apply(function, argument)
        members = {key: self.value(each) for key, each in node.items()}
        return {key: each for key, each in members.items() if each is not NO_VALUE}

    def _apply(self, function, argument):
        if function == "Ref":
            return NO_VALUE if argument == "AWS::NoValue" else self.values.get(argument, f"<{argument}>")
        if function == "Condition":
            return self.condition(argument)
        if function == "Fn::And":
            return all(map(self.value, argument))
        if function == "Fn::Not":
            return not self.value(argument[0])
        if function == "Fn::Join":
            return argument[0].join(map(self.value, argument[1]))
        if function == "Fn::GetAtt":
            return f"<{argument}>"
        if function == "Fn::If":
            return self.value(argument[1] if self.condition(argument[0]) else argument[2])
        if function == "Fn::Equals":
            return self.value(argument[0]) == self.value(argument[1])
        if function == "Fn::Sub":
            text = re.sub(r"\$\{([^}]+)}", lambda match: str(self._apply("Ref", match[1])), argument)
            return json.loads(text) if text.lstrip().startswith("{") else text
        raise ValueError(f"function not understood: {function}")
