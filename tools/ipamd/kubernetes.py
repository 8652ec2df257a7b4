"""The part of the Kubernetes API that ipamD reads: the node, the pod and the ENIConfig, all as JSON."""
import json
import time
import urllib.parse
import uuid

from instance import INSTANCE_ID, NODE_NAME, SECURITY_GROUP, ZONE
from web import Handler

STAMP = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def metadata(name, **more):
    return {"name": name, "uid": str(uuid.uuid5(uuid.NAMESPACE_DNS, name)), "resourceVersion": "10",
            "creationTimestamp": STAMP, **more}


def resources(instance, eni_config):
    """API group and version -> resource -> (kind, namespaced, objects). A watch reports objects that are removed."""
    resources = {"cpu": "4", "memory": "16Gi", "pods": str(instance.max_pods)}
    node = {"apiVersion": "v1", "kind": "Node", "spec": {"providerID": f"aws:///{ZONE}/{INSTANCE_ID}"},
            "metadata": metadata(NODE_NAME, labels={"topology.kubernetes.io/zone": ZONE,
                                                    "node.kubernetes.io/instance-type": instance.type}),
            "status": {"capacity": resources, "allocatable": resources}}
    pod = {"apiVersion": "v1", "kind": "Pod", "status": {"phase": "Running"},
           "metadata": metadata("aws-node-bench", namespace="kube-system", labels={"k8s-app": "aws-node"}),
           "spec": {"nodeName": NODE_NAME, "containers": [{"name": "aws-node", "image": "cni"}]}}
    eni_configs = [{"apiVersion": "crd.k8s.amazonaws.com/v1alpha1", "kind": "ENIConfig", "metadata": metadata(ZONE),
                    "spec": {"subnet": eni_config, "securityGroups": [SECURITY_GROUP]}}] if eni_config else []
    return {"v1": {"nodes": ("Node", False, [node]), "pods": ("Pod", True, [pod]), "events": ("Event", True, [])},
            "events.k8s.io/v1": {"events": ("Event", True, [])},
            "crd.k8s.amazonaws.com/v1alpha1": {"eniconfigs": ("ENIConfig", False, eni_configs)},
            "vpcresources.k8s.aws/v1alpha1": {"cninodes": ("CNINode", False, [])}}


def handler(instance, api):
    groups = []
    for name in api:
        if "/" in name:
            group, version = name.split("/")
            served = {"groupVersion": name, "version": version}
            groups.append({"name": group, "versions": [served], "preferredVersion": served})
    roots = {"/version": {"major": "1", "minor": "35", "gitVersion": "v1.35.4"},
             "/api": {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []},
             "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}}

    class KubernetesHandler(Handler):
        def do_GET(self):
            url = urllib.parse.urlsplit(self.path)
            path, query = url.path.rstrip("/"), dict(urllib.parse.parse_qsl(url.query))
            if path in roots:
                return self.reply_json(200, roots[path])
            for group, kinds in api.items():
                root = ("/apis/" if "/" in group else "/api/") + group
                if path == root:
                    return self.reply_json(200, {
                        "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group, "resources": [
                            {"name": name, "singularName": "", "namespaced": namespaced, "kind": kind,
                             "verbs": ["get", "list", "watch", "create", "patch"]}
                            for name, (kind, namespaced, _) in kinds.items()]})
                for name, (kind, _, objects) in kinds.items():
                    if path == f"{root}/{name}" and query.get("watch") in ("1", "true"):
                        return self.watch(group, kind, objects, query)
                    if path == f"{root}/{name}":
                        return self.reply_json(200, {"kind": kind + "List", "apiVersion": group, "items": objects,
                                                     "metadata": {"resourceVersion": "10"}})
                    for item in objects:
                        own, space = item["metadata"]["name"], item["metadata"].get("namespace")
                        if path in (f"{root}/{name}/{own}", f"{root}/namespaces/{space}/{name}/{own}"):
                            return self.reply_json(200, item)
            self.reply_json(404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound",
                                  "code": 404, "message": path})

        def watch(self, group, kind, objects, query):
            """Sends the existing objects and a bookmark, for which client-go waits. Later sends the deleted objects."""
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.close_connection = True
            known, events = list(objects), []
            if query.get("sendInitialEvents") == "true":
                events = [{"type": "ADDED", "object": item} for item in objects]
                events.append({"type": "BOOKMARK", "object": {"kind": kind, "apiVersion": group, "metadata": {
                    "resourceVersion": "10", "annotations": {"k8s.io/initial-events-end": "true"}}}})
            end = time.monotonic() + min(int(query.get("timeoutSeconds") or 300), 300)
            try:
                while time.monotonic() < end:
                    events += [{"type": "DELETED", "object": item} for item in known if item not in objects]
                    known = list(objects)
                    for event in events:
                        line = json.dumps(event).encode() + b"\n"
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                    self.wfile.flush()
                    events = []
                    time.sleep(1)
                self.wfile.write(b"0\r\n\r\n")
            except OSError:
                pass  # ipamD has ended.

        def do_POST(self):
            document = json.loads(self.body() or b"{}")
            document.setdefault("metadata", {}).update({"uid": str(uuid.uuid4()), "resourceVersion": "11"})
            self.reply_json(201, document)

        def do_PATCH(self):
            self.body()
            self.reply_json(200, api["v1"]["nodes"][2][0])

    return KubernetesHandler
