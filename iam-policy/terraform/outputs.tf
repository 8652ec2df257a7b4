output "role_name" {
  description = "The role, to attach policies of your own."
  value       = aws_iam_role.agent.name
}

output "role_arn" {
  description = "For IRSA: the value of the service account's annotation eks.amazonaws.com/role-arn."
  value       = aws_iam_role.agent.arn
}
