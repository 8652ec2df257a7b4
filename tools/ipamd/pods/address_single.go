//go:build single

package main

import "github.com/aws/amazon-vpc-cni-k8s/rpc"

// addressOf returns the pod's address. Releases before 1.20 support only one network card.
func addressOf(reply *rpc.AddNetworkReply) string { return reply.IPv4Addr }
