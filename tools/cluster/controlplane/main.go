// Command controlplane is a Kubernetes control plane in one binary. The first argument chooses the part that runs. The
// binary is built from the released modules. Therefore manifests are tested with a real API server, without pulling
// images.
package main

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

var parts = map[string]func([]string) int{
	"etcd":                    runEtcd,
	"kube-apiserver":          part(apiserver.NewAPIServerCommand),
	"kube-controller-manager": part(controllers.NewControllerManagerCommand),
	"kube-scheduler":          part(func() *cobra.Command { return scheduler.NewSchedulerCommand() }),
	"kubectl":                 part(kubectl.NewDefaultKubectlCommand),
}

func main() {
	if len(os.Args) > 1 {
		if run, found := parts[os.Args[1]]; found {
			os.Exit(run(os.Args[1:]))
		}
	}
	fmt.Fprintln(os.Stderr, "expected one of", slices.Sorted(maps.Keys(parts)))
	os.Exit(2)
}

func part(command func() *cobra.Command) func([]string) int {
	return func(arguments []string) int {
		os.Args = arguments
		return cli.Run(command())
	}
}

func runEtcd(arguments []string) int {
	etcdmain.Main(arguments)
	return 0
}
