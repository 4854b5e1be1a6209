// A visitor's browser: the site of one of the businesses, whose page has the chat.

export class Browser {
  /** `tenants` [{name, site}]. */
  constructor(tenants) {
    this.tenants = tenants;
    this.node = document.getElementById("browser").content.firstElementChild.cloneNode(true);
    this.find = (selector) => this.node.querySelector(selector);
    this.find("select").append(...tenants.map(({ name }, index) => new Option(name, String(index))));
    this.find("select").addEventListener("change", (event) => this.visit(tenants[event.target.value]));
    this.find(".reload").addEventListener("click", () => this.visit(this.tenant));
    this.visit(tenants.find((tenant) => tenant.numbers.length) ?? tenants[0]);
  }

  visit(tenant) {
    if (!tenant) return;
    this.tenant = tenant;
    this.find("select").value = String(this.tenants.indexOf(tenant));
    this.find(".address").textContent = tenant.site.replace(/^https?:\/\//, "");
    this.find(".out").href = tenant.site;
    this.find("iframe").title = `Site of ${tenant.name}`;
    this.find("iframe").src = tenant.site;
  }
}
