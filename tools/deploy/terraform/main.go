// A provider hashicorp/aws that only knows the arguments of some resources. With it `terraform validate` checks the
// module in iam-policy/terraform/ without a download of the real provider. It cannot plan or apply.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"log"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// For each resource and argument: the type as JSON, and how the argument is used. From the provider hashicorp/aws 6.25.0.
//
//go:embed schema.json
var schemas []byte

// Every other call of the protocol ends the provider, because the interface is nil.
type provider struct{ tfprotov6.ProviderServer }

func (provider) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	var resources map[string]map[string][2]json.RawMessage
	if err := json.Unmarshal(schemas, &resources); err != nil {
		return nil, err
	}
	response := &tfprotov6.GetProviderSchemaResponse{
		ServerCapabilities: &tfprotov6.ServerCapabilities{GetProviderSchemaOptional: true},
		Provider:           &tfprotov6.Schema{Block: configuration()},
		ResourceSchemas:    map[string]*tfprotov6.Schema{},
	}
	for name, arguments := range resources {
		block := &tfprotov6.SchemaBlock{}
		for argument, each := range arguments {
			kind, err := tftypes.ParseJSONType(each[0])
			if err != nil {
				return nil, err
			}
			use := string(each[1])
			block.Attributes = append(block.Attributes, &tfprotov6.SchemaAttribute{
				Name:     argument,
				Type:     kind,
				Required: strings.Contains(use, "required"),
				Optional: strings.Contains(use, "optional"),
				Computed: strings.Contains(use, "computed"),
			})
		}
		response.ResourceSchemas[name] = &tfprotov6.Schema{Block: block}
	}
	return response, nil
}

func configuration() *tfprotov6.SchemaBlock {
	optional := func(name string) []*tfprotov6.SchemaAttribute {
		return []*tfprotov6.SchemaAttribute{{Name: name, Type: tftypes.String, Optional: true}}
	}
	return &tfprotov6.SchemaBlock{
		Attributes: optional("region"),
		BlockTypes: []*tfprotov6.SchemaNestedBlock{{
			TypeName: "assume_role",
			Nesting:  tfprotov6.SchemaNestedBlockNestingModeList,
			Block:    &tfprotov6.SchemaBlock{Attributes: optional("role_arn")},
		}},
	}
}

func (provider) ValidateProviderConfig(_ context.Context, request *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: request.Config}, nil
}

func (provider) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (provider) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func main() {
	serve := func() tfprotov6.ProviderServer { return provider{} }
	if err := tf6server.Serve("registry.terraform.io/hashicorp/aws", serve); err != nil {
		log.Fatal(err)
	}
}
