/* What lies below everything: the user's own tiles, bottom to top. */
class Backgrounds {
  constructor(siteMap) { this.siteMap = siteMap; this.layers = []; }
  begin() { /* none yet */ }
  restyle() { /* none yet */ }
  names(_names) { /* none yet */ }
}
