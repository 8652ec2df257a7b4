"""The EC2 calls of ipamD and of the agent, over EC2's query protocol."""
import time
import urllib.parse
import uuid
from xml.sax.saxutils import escape

from instance import ACCOUNT, CLUSTER, INSTANCE_ID, NODE_ADDRESS, SECURITY_GROUP, VPC, ZONE, Ec2Error
from web import Handler


def element(name, content):
    return f"<{name}>{content}</{name}>"


def text(**fields):
    return "".join(element(name, escape(str(value))) for name, value in fields.items())


def items(name, contents):
    return element(name, "".join(element("item", content) for content in contents))


def numbered(query, prefix):
    """Returns the values of the parameters prefix.1, prefix.2 and so on."""
    values = []
    while (key := f"{prefix}.{len(values) + 1}") in query:
        values.append(query[key])
    return values


def tags_in(query, prefix):
    tags, number = {}, 1
    while (key := f"{prefix}.{number}.Key") in query:
        tags[query[key]] = query.get(f"{prefix}.{number}.Value", "")
        number += 1
    return tags


def tag_set(tags):
    return items("tagSet", (text(key=key, value=value) for key, value in tags.items()))


def eni_xml(eni):
    attachment = ""
    if eni.attachment:
        attachment = element("attachment", text(
            attachmentId=eni.attachment, instanceId=INSTANCE_ID, deviceIndex=eni.device, networkCardIndex=0,
            status="attached", deleteOnTermination="true"))
    addresses = [text(privateIpAddress=eni.primary, primary="true")]
    addresses += [text(privateIpAddress=address, primary="false") for address in eni.addresses]
    return (text(networkInterfaceId=eni.id, subnetId=eni.subnet.id, vpcId=VPC, availabilityZone=ZONE,
                 description=eni.description, ownerId=ACCOUNT, status="in-use" if eni.attachment else "available",
                 macAddress=eni.mac, privateIpAddress=eni.primary, interfaceType="interface")
            + attachment + items("groupSet", [text(groupId=SECURITY_GROUP)])
            + items("privateIpAddressesSet", addresses)
            + items("ipv4PrefixSet", (text(ipv4Prefix=prefix) for prefix in eni.prefixes)) + tag_set(eni.tags))


class Ec2:
    """Has one public method for each EC2 action, and no other public name."""

    def __init__(self, instance):
        self._instance = instance

    def DescribeNetworkInterfaces(self, query):
        ids = numbered(query, "NetworkInterfaceId")
        chosen = [self._instance.find(eni_id) for eni_id in ids] if ids else list(self._instance.enis.values())
        number = 1
        while (key := f"Filter.{number}.Name") in query:
            name, values = query[key], numbered(query, f"Filter.{number}.Value")
            if name == "tag-key":
                chosen = [eni for eni in chosen if set(values) & set(eni.tags)]
            elif name.startswith("tag:"):
                chosen = [eni for eni in chosen if eni.tags.get(name[4:]) in values]
            elif name == "status":
                chosen = [eni for eni in chosen if ("in-use" if eni.attachment else "available") in values]
            elif name == "attachment.instance-id":
                chosen = [eni for eni in chosen if eni.attachment]
            number += 1
        return items("networkInterfaceSet", map(eni_xml, chosen))

    def CreateNetworkInterface(self, query):
        eni = self._instance.create(
            query["SubnetId"], int(query.get("SecondaryPrivateIpAddressCount", 0)),
            int(query.get("Ipv4PrefixCount", 0)), tags_in(query, "TagSpecification.1.Tag"),
            query.get("Description", ""))
        return element("networkInterface", eni_xml(eni))

    def AttachNetworkInterface(self, query):
        eni = self._instance.find(query["NetworkInterfaceId"])
        self._instance.attach(eni, int(query["DeviceIndex"]))
        return text(attachmentId=eni.attachment, networkCardIndex=0)

    def DetachNetworkInterface(self, query):
        for eni in self._instance.attached():
            if eni.attachment == query["AttachmentId"]:
                self._instance.detach(eni)
                return text(**{"return": "true"})
        raise Ec2Error("InvalidAttachmentID.NotFound", "The attachment does not exist")

    def DeleteNetworkInterface(self, query):
        self._instance.delete(self._instance.find(query["NetworkInterfaceId"]))
        return text(**{"return": "true"})

    def AssignPrivateIpAddresses(self, query):
        eni = self._instance.find(query["NetworkInterfaceId"])
        addresses, prefixes = self._instance.assign(
            eni, int(query.get("SecondaryPrivateIpAddressCount", 0)), int(query.get("Ipv4PrefixCount", 0)))
        return (text(networkInterfaceId=eni.id, **{"return": "true"})
                + items("assignedPrivateIpAddressesSet", (text(privateIpAddress=each) for each in addresses))
                + items("assignedIpv4PrefixSet", (text(ipv4Prefix=each) for each in prefixes)))

    def UnassignPrivateIpAddresses(self, query):
        self._instance.unassign(self._instance.find(query["NetworkInterfaceId"]),
                                numbered(query, "PrivateIpAddress"), numbered(query, "Ipv4Prefix"))
        return text(**{"return": "true"})

    def ModifyNetworkInterfaceAttribute(self, query):
        self._instance.find(query["NetworkInterfaceId"])
        return text(**{"return": "true"})

    def DescribeInstances(self, _):
        enis = items("networkInterfaceSet", map(eni_xml, self._instance.attached()))
        instance = (text(instanceId=INSTANCE_ID, instanceType=self._instance.type, privateIpAddress=NODE_ADDRESS)
                    + enis + tag_set({"eks:cluster-name": CLUSTER}))
        return items("reservationSet", [text(reservationId="r-1") + items("instancesSet", [instance])])

    def DescribeSubnets(self, query):
        ids = numbered(query, "SubnetId")
        return items("subnetSet", (
            text(subnetId=subnet.id, vpcId=VPC, availabilityZone=ZONE, state="available", cidrBlock=subnet.cidr,
                 availableIpAddressCount=subnet.free) + tag_set(subnet.tags)
            for subnet in self._instance.subnets.values() if not ids or subnet.id in ids))

    def CreateTags(self, query):
        for eni_id in numbered(query, "ResourceId"):
            self._instance.find(eni_id).tags.update(tags_in(query, "Tag"))
        return text(**{"return": "true"})

    def DescribeTags(self, _):
        return items("tagSet", [text(resourceId=INSTANCE_ID, resourceType="instance", key="eks:cluster-name",
                                     value=CLUSTER)])


def handler(instance):
    """Only calls of ipamD fail. A fault is {"action": NAME or "*", "code": ..., "status": 400, "left": times}."""
    ec2 = Ec2(instance)

    def answer(query, by_ipamd):
        action = query["Action"]
        count = instance.calls.setdefault(action, {"asked": 0, "failed": 0}) if by_ipamd else {"asked": 0, "failed": 0}
        count["asked"] += 1
        try:
            for fault in instance.faults if by_ipamd else []:
                if fault["action"] in ("*", action) and fault.get("left", 1) > 0:
                    if "left" in fault:
                        fault["left"] -= 1
                    raise Ec2Error(fault["code"], f"injected: {fault['code']}", fault.get("status", 400))
            return getattr(ec2, action)(query)
        except Ec2Error:
            count["failed"] += 1
            raise

    class Ec2Handler(Handler):
        def do_POST(self):
            query = dict(urllib.parse.parse_qsl(self.body().decode(), keep_blank_values=True))
            request_id = uuid.uuid4()
            time.sleep(instance.ec2_latency)
            try:
                with instance.lock:
                    content = answer(query, "aws-sdk-go" in self.headers.get("User-Agent", ""))
            except Ec2Error as error:
                errors = element("Errors", element("Error", text(Code=error.code, Message=error.message)))
                return self.reply(error.status, element("Response", errors + text(RequestID=request_id)), "text/xml")
            name = query["Action"] + "Response"
            self.reply(200, f'<{name} xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">{text(requestId=request_id)}'
                            f"{content}</{name}>", "text/xml")

    return Ec2Handler
