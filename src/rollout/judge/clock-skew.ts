/** How far the clocks of nodes, API server and patcher may be apart; milliseconds. */
export const clockSkew = 30_000;
