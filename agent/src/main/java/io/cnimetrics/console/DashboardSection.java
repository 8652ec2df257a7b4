package io.cnimetrics.console;

import java.util.List;

/**
 * A question of the person on call, with the graphs that answer it.
 *
 * @param text Markdown that explains the graphs and names the remedies
 * @param graphs one row
 */
record DashboardSection(String title, String text, List<DashboardGraph> graphs) {}
