"""Instance metadata (IMDSv2) of the instance and the attached ENIs."""
import json

from instance import ACCOUNT, INSTANCE_ID, NODE_ADDRESS, NODE_NAME, REGION, SECURITY_GROUP, VPC, VPC_CIDR, ZONE
from web import Handler

TTL = "X-aws-ec2-metadata-token-ttl-seconds"
INTERFACES = "network/interfaces/macs"


def value(instance, path):
    """Returns the instance metadata at a path, or None."""
    shown = {eni.mac: eni for eni in instance.attached() if eni.in_metadata}
    flat = {"instance-id": INSTANCE_ID, "instance-type": instance.type, "local-ipv4": NODE_ADDRESS,
            "mac": next(eni.mac for eni in shown.values() if eni.device == 0), "placement/availability-zone": ZONE,
            "placement/region": REGION, "hostname": NODE_NAME, "local-hostname": NODE_NAME,
            "services/domain": "amazonaws.com", INTERFACES: "\n".join(f"{mac}/" for mac in shown)}
    if path in flat:
        return flat[path]
    mac, _, field = path.removeprefix(INTERFACES + "/").partition("/")
    if mac not in shown:
        return None
    eni = shown[mac]
    fields = {"device-number": eni.device, "interface-id": eni.id, "mac": mac, "owner-id": ACCOUNT,
              "local-ipv4s": "\n".join([eni.primary] + eni.shown_addresses), "security-group-ids": SECURITY_GROUP,
              "subnet-id": eni.subnet.id, "subnet-ipv4-cidr-block": eni.subnet.cidr, "vpc-id": VPC,
              "vpc-ipv4-cidr-block": VPC_CIDR, "vpc-ipv4-cidr-blocks": VPC_CIDR}
    if eni.shown_prefixes:
        fields["ipv4-prefix"] = "\n".join(eni.shown_prefixes)
    return "\n".join(sorted(fields)) if not field else str(fields[field]) if field in fields else None


def handler(instance):
    class MetadataHandler(Handler):
        def do_PUT(self):
            if TTL in self.headers:
                self.reply(200, "TOKEN", headers={TTL: self.headers[TTL]})
            else:
                self.reply(400, "")

        def do_GET(self):
            path = self.path.split("?")[0].strip("/")
            if self.headers.get("X-aws-ec2-metadata-token") != "TOKEN":
                self.reply(401, "")
            elif path == "latest/dynamic/instance-identity/document":
                self.reply(200, json.dumps({
                    "region": REGION, "accountId": ACCOUNT, "instanceId": INSTANCE_ID, "instanceType": instance.type,
                    "availabilityZone": ZONE, "privateIp": NODE_ADDRESS, "version": "2017-09-30"}))
            else:
                with instance.lock:
                    found = value(instance, path.removeprefix("latest/meta-data/"))
                self.reply(404, "") if found is None else self.reply(200, found)

    return MetadataHandler
