/** What the clients of AWS's services have in common. */
@NullMarked
package io.cnimetrics.aws;

import org.jspecify.annotations.NullMarked;
