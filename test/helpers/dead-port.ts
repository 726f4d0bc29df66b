/** Nobody listens there, and nobody is given it who asks for any port: those below 1024 are given by name alone. */
export const deadPort = 4;
