# The rights of the CNI Metrics Agent in one cluster, and optionally its alarms and its dashboard. README.md has examples.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.40"
    }
  }
}

locals {
  irsa   = var.identity == "IRSA"
  issuer = local.irsa ? try(split(":oidc-provider/", var.oidc_provider_arn)[1], "") : ""

  # The alarms watch the namespace of the role. A template with PromQL alarms has no such parameter.
  watched = can(jsondecode(var.alarms_template).Parameters.Namespace) ? ["Namespace"] : []
  alarm_parameters = merge(
    { ClusterId = var.cluster_name },
    { for name in local.watched : name => var.cloudwatch_namespace },
    var.alarm_parameters,
  )

  irsa_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyTheAgentsServiceAccount"
      Effect    = "Allow"
      Principal = { Federated = var.oidc_provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = "sts.amazonaws.com"
          "${local.issuer}:sub" = "system:serviceaccount:${var.kubernetes_namespace}:${var.service_account}"
        }
      }
    }]
  })

  pod_identity_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyTheAgentsServiceAccount"
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = {
        StringEquals = {
          "aws:RequestTag/eks-cluster-name"           = var.cluster_name
          "aws:RequestTag/kubernetes-namespace"       = var.kubernetes_namespace
          "aws:RequestTag/kubernetes-service-account" = var.service_account
        }
      }
    }]
  })

  trust = local.irsa ? local.irsa_trust : local.pod_identity_trust

  reads = { ReadClusterName = "ec2:DescribeTags", ReadFreeAddressesOfSubnets = "ec2:DescribeSubnets" }
  on    = { ReadClusterName = var.cluster_name_by_tags, ReadFreeAddressesOfSubnets = var.subnets }

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "PublishMetricsInOneNamespace"
        Effect    = "Allow"
        Action    = "cloudwatch:PutMetricData"
        Resource  = "*"
        Condition = { StringEquals = { "cloudwatch:namespace" = var.cloudwatch_namespace } }
      }],
      # The requests of OTLP have no namespace. Therefore the condition above denies them.
      [for sid in ["PublishMetricsByOtlp"] : { Sid = sid, Effect = "Allow", Action = "cloudwatch:PutMetricData", Resource = "*" } if var.otlp],
      [for sid, action in local.reads : { Sid = sid, Effect = "Allow", Action = action, Resource = "*" } if local.on[sid]],
    )
  })
}

resource "aws_iam_role" "agent" {
  name_prefix        = "cni-metrics-agent-"
  description        = "The role of the CNI Metrics Agent's service account in the cluster ${var.cluster_name}"
  assume_role_policy = local.trust
  tags               = var.tags

  lifecycle {
    precondition {
      condition     = local.irsa == (var.oidc_provider_arn != null)
      error_message = "identity = \"IRSA\" needs oidc_provider_arn, and only IRSA uses oidc_provider_arn."
    }
  }
}

resource "aws_iam_role_policy" "agent" {
  name   = "CNIMetricsAgentPolicy"
  role   = aws_iam_role.agent.name
  policy = local.policy
}

resource "aws_eks_pod_identity_association" "agent" {
  count = local.irsa ? 0 : 1

  cluster_name    = var.cluster_name
  namespace       = var.kubernetes_namespace
  service_account = var.service_account
  role_arn        = aws_iam_role.agent.arn
  tags            = var.tags
}

resource "aws_cloudformation_stack" "alarms" {
  count = var.alarms_template == null ? 0 : 1

  # Stack names cannot contain "_".
  name          = "cni-alarms-${replace(var.cluster_name, "_", "-")}"
  template_body = var.alarms_template_url == null ? var.alarms_template : null
  template_url  = var.alarms_template_url
  parameters    = local.alarm_parameters
  tags          = var.tags

  lifecycle {
    precondition {
      # The template is ASCII. Therefore its length is its number of bytes.
      condition     = var.alarms_template_url != null || length(var.alarms_template) <= 51200
      error_message = "CloudFormation takes at most 51,200 bytes as text. Put alarms_template into S3, and set alarms_template_url."
    }
  }
}

resource "aws_cloudwatch_dashboard" "agent" {
  count = var.dashboard_body == null ? 0 : 1

  dashboard_name = "cni-${var.cluster_name}"
  dashboard_body = var.dashboard_body
}
