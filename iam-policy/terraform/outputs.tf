output "role_arn" {
  description = "For IRSA: the value of the service account's annotation eks.amazonaws.com/role-arn."
  value       = aws_iam_role.agent.arn
}
