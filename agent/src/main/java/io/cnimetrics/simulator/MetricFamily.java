package io.cnimetrics.simulator;

import java.util.List;
import java.util.Set;

/**
 * A metric family in ipamD's metrics text.
 *
 * @param type counter, gauge, summary or histogram
 * @param since the first release that has the family
 * @param help the description in the metrics text
 */
record MetricFamily(String name, String type, CniVersion since, String help) {
  /** All families, in the order of the metrics text. */
  static final List<MetricFamily> ALL =
      """
      awscni_add_ip_req_count counter v1.0.0 The number of add IP address requests
      awscni_assigned_ip_addresses gauge v1.0.0 The number of IP addresses assigned to pods
      awscni_assigned_ip_per_cidr gauge v1.10.0 The total number of IP addresses assigned per cidr
      awscni_assigned_ip_per_eni gauge v1.15.1 The number of allocated ips partitioned by eni
      awscni_assigned_ip_per_ipv4cidr gauge v1.9.0 The total number of IP addresses assigned per cidr
      awscni_aws_api_error_count counter v1.0.0 The number of times AWS API returns an error
      awscni_aws_api_latency_ms summary v1.0.0 AWS API call latency in ms
      awscni_aws_utils_error_count counter v1.0.0 The number of errors not handled in awsutils library
      awscni_build_info gauge v1.10.0 A metric with a constant '1' value labeled by version, revision, and goversion from which amazon-vpc-cni-k8s was built.
      awscni_connmark_backend gauge v1.23.0 The connmark backend in use; the active backend's series is set to 1
      awscni_connmark_reconcile_total counter v1.23.0 The number of connmark Setup/Cleanup reconciliations by result
      awscni_del_ip_req_count counter v1.0.0 The number of delete IP address requests
      awscni_ec2api_error_count counter v1.12.1 The number of failed EC2 APIs requests
      awscni_ec2api_req_count counter v1.12.1 The number of requests made to EC2 APIs by CNI
      awscni_eni_allocated gauge v1.0.0 The number of ENIs allocated
      awscni_eni_max gauge v1.0.0 The maximum number of ENIs that can be attached to the instance, accounting for unmanaged ENIs
      awscni_force_removed_enis counter v1.6.0 The number of ENIs force removed while they had assigned pods
      awscni_force_removed_ips counter v1.6.0 The number of IPs force removed while they had assigned pods
      awscni_ip_max gauge v1.0.0 The maximum number of IP addresses that can be allocated to the instance
      awscni_ipamd_action_inprogress gauge v1.0.0 The number of ipamd actions in progress
      awscni_ipamd_error_count counter v1.0.0 The number of errors encountered in ipamd
      awscni_ipamd_node_initialization_duration_seconds histogram v1.20.0 The duration of node initialization during IPAMD startup
      awscni_ipamd_startup_duration_seconds histogram v1.20.0 The duration of IPAMD startup from process start to ready to serve CNI requests
      awscni_no_available_ip_addresses counter v1.15.1 The number of pod IP assignments that fail due to no available IP addresses
      awscni_pod_eni_error_count counter v1.7.0 The number of errors encountered for pod ENIs
      awscni_reconcile_count counter v1.0.0 The number of times ipamd reconciles on ENIs and IP/Prefix addresses
      awscni_sagemakerapi_error_count counter v1.23.2 The number of failed SageMaker APIs requests (HyperPod nodes)
      awscni_sagemakerapi_req_count counter v1.23.2 The number of requests made to SageMaker APIs by CNI (HyperPod nodes)
      awscni_total_ip_addresses gauge v1.0.0 The total number of IP addresses
      awscni_total_ipv4_prefixes gauge v1.9.0 The total number of IPv4 prefixes
      go_goroutines gauge v1.0.0 Number of goroutines that currently exist.
      go_info gauge v1.0.0 Information about the Go environment.
      go_memstats_alloc_bytes gauge v1.0.0 Number of bytes allocated and still in use.
      process_cpu_seconds_total counter v1.0.0 Total user and system CPU time spent in seconds.
      process_start_time_seconds gauge v1.0.0 Start time of the process since unix epoch in seconds.
      """
          .lines()
          .map(MetricFamily::parse)
          .toList();

  private static final Set<String> ONCE_TYPED_AS_GAUGE =
      Set.of(
          "awscni_add_ip_req_count",
          "awscni_aws_api_error_count",
          "awscni_force_removed_enis",
          "awscni_force_removed_ips",
          "awscni_pod_eni_error_count");

  private static MetricFamily parse(String row) {
    String[] columns = row.split(" ", 4);
    return new MetricFamily(columns[0], columns[1], CniVersion.parse(columns[2]), columns[3]);
  }

  /** Whether the release has the family. */
  boolean in(CniVersion version) {
    boolean renamed = name.equals("awscni_assigned_ip_per_ipv4cidr") && version.atLeast(10, 0);
    return version.atLeast(since.minor(), since.patch()) && !renamed;
  }

  /** The type in the text of a release. Some releases declare some counters as gauges. */
  String typeIn(CniVersion version) {
    boolean gaugeEra =
        (version.atLeast(16, 0) && !version.atLeast(19, 0))
            || (version.atLeast(19, 2) && !version.atLeast(19, 4));
    return gaugeEra && ONCE_TYPED_AS_GAUGE.contains(name) ? "gauge" : type;
  }
}
