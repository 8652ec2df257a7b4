//go:build !single

package main

import "github.com/aws/amazon-vpc-cni-k8s/rpc"

// addressOf returns the pod's address on the first network card.
func addressOf(reply *rpc.AddNetworkReply) string { return reply.IPAllocationMetadata[0].IPv4Addr }
