package io.cnimetrics.doctor;

import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.snapshot.NodeSnapshot;

/** One poll of the node, and the samples of this poll. */
public record Poll(NodeSnapshot snapshot, PollSamples reading) {}
