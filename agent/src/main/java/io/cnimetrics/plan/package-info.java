/** What a fleet of agents costs in CloudWatch, and warnings about its settings. */
@NullMarked
package io.cnimetrics.plan;

import org.jspecify.annotations.NullMarked;
