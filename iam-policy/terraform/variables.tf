variable "cluster_name" {
  description = "Name of the EKS cluster."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$", var.cluster_name))
    error_message = "cluster_name must be the name of an EKS cluster."
  }
}

variable "identity" {
  description = "How the service account gets the role: PodIdentity or IRSA."
  type        = string
  default     = "PodIdentity"

  validation {
    condition     = contains(["PodIdentity", "IRSA"], var.identity)
    error_message = "identity must be PodIdentity or IRSA."
  }
}

variable "oidc_provider_arn" {
  description = "For IRSA: the ARN of the cluster's OIDC provider in IAM. The same configuration can create the provider."
  type        = string
  default     = null

  validation {
    condition     = var.oidc_provider_arn == null || can(regex(":oidc-provider/", var.oidc_provider_arn))
    error_message = "oidc_provider_arn must be an ARN such as arn:aws:iam::111122223333:oidc-provider/ISSUER."
  }
}

variable "kubernetes_namespace" {
  description = "The Kubernetes namespace of the agent."
  type        = string
  default     = "kube-system"
}

variable "service_account" {
  description = "Name of the agent's service account."
  type        = string
  default     = "cni-metrics-agent"
}

variable "cloudwatch_namespace" {
  description = "The only CloudWatch namespace in which the agent may publish metrics."
  type        = string
  default     = "Kubernetes/CNI"
}

variable "cluster_name_by_tags" {
  description = "Allow ec2:DescribeTags. Not needed if you set the cluster's name (AWS_CLUSTER_ID)."
  type        = bool
  default     = false
}

variable "otlp" {
  description = "Allow cloudwatch:PutMetricData in all namespaces, for OTLP to CloudWatch."
  type        = bool
  default     = false
}

variable "subnets" {
  description = "Allow ec2:DescribeSubnets, for REPORT_SUBNETS."
  type        = bool
  default     = false
}

variable "alarms_template" {
  description = "The output of `cni-metrics-agent alarms`. If null, the module makes no alarms."
  type        = string
  default     = null
}

variable "alarms_template_url" {
  description = "The URL of a copy of alarms_template in S3. Needed if the template is larger than 51,200 bytes."
  type        = string
  default     = null
}

variable "alarm_parameters" {
  description = "Parameters of the template of alarms, such as PageTopicArn and TicketTopicArn."
  type        = map(string)
  default     = {}
}

variable "dashboard_body" {
  description = "The output of `cni-metrics-agent dashboard`. If null, the module makes no dashboard."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the role and of the stack of alarms. CloudFormation also gives these tags to the alarms."
  type        = map(string)
  default     = {}
}
