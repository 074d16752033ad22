/** Windows shows notifications only for a program that says who it is; the package says the same. */
export const appId = 'relay.desktop';
