// Command pods replaces the kubelet and the CNI plugin of one node. It requests the pods' addresses from ipamD over
// gRPC. It retries a failed pod every 10 to 15 s, like the kubelet, and reports the true state of its pods.
//
//	GET  /truth                  target, held, waiting, refused, failed, adds, dels, cooling, addresses
//	POST /target?pods=40&rate=2  moves to 40 pods, two a second; &oldest=true ends the oldest first
//	POST /churn?rate=1           replaces one pod a second
//
// A pod with an address gets the veth and the host route of the CNI plugin. After a restart ipamD finds the pod by the
// veth and the route. The doctor checks the route.
package main

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math/rand"
	"net/http"
	"os/exec"
	"sort"
	"strconv"
	"sync"
	"time"

	"github.com/aws/amazon-vpc-cni-k8s/rpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

const cooldown = 30 * time.Second

type pod struct {
	name, address string
	nextTry       time.Time
}

// node holds the pods of one node. The mutex guards all fields. gRPC calls run without the mutex, one at a time.
type node struct {
	ipamd rpc.CNIBackendClient
	veths bool

	sync.Mutex
	pods                        []*pod
	made, target                int
	rate, churn                 float64
	oldest                      bool
	adds, dels, refused, failed int
	released                    []time.Time
}

func main() {
	target := flag.String("ipamd", "unix:///var/run/aws-node/ipamd.sock", "gRPC address of ipamD")
	listen := flag.String("listen", "127.0.0.1:4700", "address of this program's own HTTP server")
	veths := flag.Bool("veths", true, "create a veth and a route for each pod")
	flag.Parse()
	connection, err := grpc.NewClient(*target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	n := &node{ipamd: rpc.NewCNIBackendClient(connection), veths: *veths, rate: 1}
	go n.run()
	http.HandleFunc("/truth", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(n.truth()) })
	http.HandleFunc("/target", func(_ http.ResponseWriter, r *http.Request) {
		n.Lock()
		defer n.Unlock()
		n.target, _ = strconv.Atoi(r.FormValue("pods"))
		n.rate, _ = strconv.ParseFloat(r.FormValue("rate"), 64)
		n.oldest = r.FormValue("oldest") == "true"
	})
	http.HandleFunc("/churn", func(_ http.ResponseWriter, r *http.Request) {
		n.Lock()
		defer n.Unlock()
		n.churn, _ = strconv.ParseFloat(r.FormValue("rate"), 64)
	})
	log.Fatal(http.ListenAndServe(*listen, nil))
}

func (n *node) run() {
	var due, dueChurn float64
	last := time.Now()
	for now := range time.Tick(100 * time.Millisecond) {
		elapsed := now.Sub(last).Seconds()
		last = now
		n.Lock()
		due += n.rate * elapsed
		dueChurn += n.churn * elapsed
		ended := n.replace(&dueChurn)
		ended = append(ended, n.resize(&due)...)
		var waiting []*pod
		for _, p := range n.pods {
			if p.address == "" && !now.Before(p.nextTry) {
				waiting = append(waiting, p)
			}
		}
		n.Unlock()
		for _, p := range ended {
			n.end(p)
		}
		for _, p := range waiting {
			if !n.start(p) {
				p.nextTry = time.Now().Add(10*time.Second + time.Duration(rand.Intn(5000))*time.Millisecond)
			}
		}
	}
}

func (n *node) replace(due *float64) (ended []*pod) {
	for ; *due >= 1; *due-- {
		if len(n.pods) > 0 && n.churn > 0 {
			ended = append(ended, n.pods[0])
			n.pods = append(n.pods[1:], n.create())
		}
	}
	return ended
}

func (n *node) resize(due *float64) (ended []*pod) {
	for ; *due >= 1; *due-- {
		switch last := len(n.pods) - 1; {
		case len(n.pods) < n.target:
			n.pods = append(n.pods, n.create())
		case len(n.pods) > n.target && n.oldest:
			ended = append(ended, n.pods[0])
			n.pods = n.pods[1:]
		case len(n.pods) > n.target:
			ended = append(ended, n.pods[last])
			n.pods = n.pods[:last]
		}
	}
	return ended
}

func (n *node) create() *pod {
	n.made++
	return &pod{name: fmt.Sprintf("pod-%04d", n.made)}
}

// start sends one request to ipamD. It returns true if the pod has an address now.
func (n *node) start(p *pod) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	reply, err := n.ipamd.AddNetwork(ctx, &rpc.AddNetworkRequest{
		K8S_POD_NAME: p.name, K8S_POD_NAMESPACE: "default", K8S_POD_INFRA_CONTAINER_ID: "c-" + p.name,
		ContainerID: "c-" + p.name, IfName: "eth0", NetworkName: "aws-cni", Netns: "/var/run/netns/" + p.name})
	n.Lock()
	defer n.Unlock()
	if err != nil {
		n.failed++
		_, _ = n.release(p) // The container runtime also releases after a failed ADD.
		return false
	}
	n.adds++
	if !reply.Success {
		n.refused++
		return false
	}
	p.address = addressOf(reply)
	if n.veths {
		host, inPod := vethOf(p.name)
		ip("link", "add", host, "type", "veth", "peer", "name", inPod)
		ip("link", "set", host, "up")
		ip("link", "set", inPod, "up")
		ip("route", "add", p.address+"/32", "dev", host, "scope", "link")
	}
	return true
}

func (n *node) end(p *pod) {
	if p.address == "" {
		return
	}
	if n.veths {
		host, _ := vethOf(p.name)
		ip("link", "del", host)
	}
	reply, err := n.release(p)
	n.Lock()
	defer n.Unlock()
	n.dels++
	if err != nil || !reply.Success {
		log.Printf("DEL %s %s: %v %v", p.name, p.address, reply, err)
		return
	}
	n.released = append(n.released, time.Now())
}

func (n *node) release(p *pod) (*rpc.DelNetworkReply, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return n.ipamd.DelNetwork(ctx, &rpc.DelNetworkRequest{
		K8S_POD_NAME: p.name, K8S_POD_NAMESPACE: "default", K8S_POD_INFRA_CONTAINER_ID: "c-" + p.name,
		ContainerID: "c-" + p.name, IfName: "eth0", NetworkName: "aws-cni", Reason: "PodDeleted"})
}

// vethOf returns the names that the CNI plugin gives to the two ends of a pod's veth.
func vethOf(name string) (host, inPod string) {
	hash := sha1.Sum([]byte("default." + name))
	id := hex.EncodeToString(hash[:])[:11]
	return "eni" + id, "pod" + id
}

func ip(arguments ...string) {
	if output, err := exec.Command("ip", arguments...).CombinedOutput(); err != nil {
		log.Printf("ip %v: %v %s", arguments, err, output)
	}
}

func (n *node) truth() map[string]any {
	n.Lock()
	defer n.Unlock()
	waiting, cooling := 0, 0
	addresses := []string{}
	for _, p := range n.pods {
		if p.address == "" {
			waiting++
		} else {
			addresses = append(addresses, p.address)
		}
	}
	sort.Strings(addresses)
	for _, released := range n.released {
		if time.Since(released) <= cooldown {
			cooling++
		}
	}
	return map[string]any{"target": n.target, "held": len(addresses), "waiting": waiting, "cooling": cooling,
		"refused": n.refused, "failed": n.failed, "adds": n.adds, "dels": n.dels, "addresses": addresses}
}
