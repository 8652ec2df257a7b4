/** Clients of AWS: HTTP, endpoints, credentials, EC2 and instance metadata. */
@NullMarked
package io.cnimetrics.aws;

import org.jspecify.annotations.NullMarked;
