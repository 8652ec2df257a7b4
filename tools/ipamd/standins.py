"""standins.py SETTINGS-JSON: serves EC2, instance metadata and the Kubernetes API of one node in its network namespace.

GET http://127.0.0.1:4600/ returns EC2's data. POST changes this data, with one or more of
  {"free": addresses left in the node's subnet, "faults": [...], "detach": device,
   "unassign": [device, count], "attach": addresses, "eni_config": null}
ipamD gets no notice of "detach", "unassign" and "attach". "eni_config" deletes the ENIConfig.
"""
import json
import signal
import sys

import ec2
import kubernetes
import metadata
from instance import NODE_SUBNET, Instance, ip
from web import Handler, serve


def change(instance, api, request):
    if "free" in request:
        instance.subnets[NODE_SUBNET].set_free(request["free"])
    if "faults" in request:
        instance.faults = request["faults"]
    if "eni_config" in request:
        api["crd.k8s.amazonaws.com/v1alpha1"]["eniconfigs"][2].clear()
    by_device = {eni.device: eni for eni in instance.attached()}
    if "detach" in request:
        instance.detach(by_device[request["detach"]])
    if "unassign" in request:
        device, count = request["unassign"]
        instance.unassign(by_device[device], by_device[device].addresses[:count], [])
    if "attach" in request:
        eni = instance.create(NODE_SUBNET, request["attach"], 0, description="attached by hand")
        instance.attach(eni, next(device for device in range(1, 20) if device not in by_device))


def control(instance, api):
    class ControlHandler(Handler):
        def do_GET(self):
            with instance.lock:
                self.reply_json(200, instance.truth())

        def do_POST(self):
            with instance.lock:
                change(instance, api, json.loads(self.body()))
                self.reply_json(200, instance.truth())

    return ControlHandler


def main():
    settings = json.loads(sys.argv[1])
    ip("link", "set", "lo", "up")
    ip("addr", "add", "169.254.169.254/32", "dev", "lo")
    instance = Instance(settings)
    serve("169.254.169.254", 80, metadata.handler(instance))
    serve("127.0.0.1", 4599, ec2.handler(instance))
    api = kubernetes.resources(instance, settings.get("eni_config"))
    serve("127.0.0.1", 8001, kubernetes.handler(instance, api))
    serve("127.0.0.1", 4600, control(instance, api))
    print("ready", flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
