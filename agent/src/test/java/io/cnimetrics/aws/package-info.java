@NullMarked
package io.cnimetrics.aws;

import org.jspecify.annotations.NullMarked;
