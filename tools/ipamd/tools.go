//go:build tools

package tools

import (
	_ "github.com/aws/amazon-vpc-cni-k8s/cmd/aws-k8s-agent"
)
