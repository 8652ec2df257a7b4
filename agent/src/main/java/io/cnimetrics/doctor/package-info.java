/**
 * Checks of one node. Each class contains the checks of one subject. A check has a spec, which
 * describes the check, and a method, which judges the node. The checks judge the results of polls.
 * The checks read all other data through the interfaces in {@code Probes}.
 */
@NullMarked
package io.cnimetrics.doctor;

import org.jspecify.annotations.NullMarked;
