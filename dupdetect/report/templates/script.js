"use strict";
(function () {
  var all = function (selector, root) {
    return Array.prototype.slice.call((root || document).querySelectorAll(selector));
  };
  var make = function (tag, text, attributes) {
    var element = document.createElement(tag);
    if (text) element.textContent = text;
    Object.keys(attributes || {}).forEach(function (name) {
      element.setAttribute(name, attributes[name]);
    });
    return element;
  };

  // Tables: a button in each heading sorts by its column.
  var key = function (row, column) {
    var cell = row.cells[column];
    var value = cell.getAttribute("data-v");
    return value === null ? cell.textContent.trim().toLowerCase() : parseFloat(value);
  };
  all("table.sortable").forEach(function (table) {
    var heads = all("thead th", table);
    heads.forEach(function (head, column) {
      var button = make("button", head.textContent, { type: "button" });
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () {
        var numeric = head.classList.contains("num");
        var now = head.getAttribute("aria-sort");
        var order = now ? (now === "ascending" ? "descending" : "ascending")
          : numeric ? "descending" : "ascending";
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", order);
        var sign = order === "ascending" ? 1 : -1;
        var body = table.tBodies[0];
        Array.prototype.slice.call(body.rows)
          .map(function (row, i) { return { row: row, value: key(row, column), i: i }; })
          .sort(function (x, y) {
            return x.value < y.value ? -sign : x.value > y.value ? sign : x.i - y.i;
          })
          .forEach(function (item) { body.appendChild(item.row); });
      });
    });
  });

  // Tables: a box that keeps the rows holding its words.
  all("table.filterable").forEach(function (table) {
    if (table.tBodies[0].rows.length < 8) return;
    var tools = make("div", "", { "class": "tools" });
    var label = make("label", "Filter ");
    var box = make("input", "", { type: "search", "aria-controls": table.id });
    var status = make("span", "", { "class": "count", role: "status" });
    label.appendChild(box);
    tools.appendChild(label);
    tools.appendChild(status);
    table.parentNode.parentNode.insertBefore(tools, table.parentNode);
    box.addEventListener("input", function () {
      var words = box.value.toLowerCase().split(/\s+/);
      var rows = all("tbody tr", table), shown = 0;
      rows.forEach(function (row) {
        var text = row.textContent.toLowerCase();
        row.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
        if (!row.hidden) shown += 1;
      });
      status.textContent = shown < rows.length ? shown + " of " + rows.length : "";
    });
  });

  // Cards: buttons for each kind of pair, a box that filters, one button that unfolds all.
  var search = function (box, items, status, test) {
    var update = function () {
      var words = box ? box.value.toLowerCase().split(/\s+/) : [];
      var shown = 0;
      items.forEach(function (item) {
        var text = item.textContent.toLowerCase();
        var card = item.closest("details.card");
        card.hidden = !test(card) || !words.every(function (word) { return text.indexOf(word) >= 0; });
        if (!card.hidden) shown += 1;
      });
      status.textContent = shown < items.length ? shown + " of " + items.length : "";
    };
    if (box) box.addEventListener("input", update);
    return update;
  };
  ["clusters", "pairs", "documents"].forEach(function (id) {
    var section = document.getElementById(id);
    var cards = section ? all("details.card", section) : [];
    if (cards.length < 2) return;
    var tools = make("div", "", { "class": "tools" });
    var status = make("span", "", { "class": "count", role: "status" });
    var kinds = [], chosen = "";
    cards.forEach(function (card) {
      var kind = card.getAttribute("data-kind");
      if (kind && kinds.indexOf(kind) < 0) kinds.push(kind);
    });
    var box = cards.length < 8 ? null : make("input", "", { type: "search" });
    var update = search(box, all("details.card > summary", section), status, function (card) {
      return !chosen || card.getAttribute("data-kind") === chosen;
    });
    if (kinds.length > 1) {
      [""].concat(kinds).forEach(function (kind) {
        var count = cards.filter(function (card) {
          return !kind || card.getAttribute("data-kind") === kind;
        }).length;
        var name = (kind || "all").replace(/_/g, " ") + " " + count;
        var button = make("button", name, { type: "button", "aria-pressed": String(!kind) });
        button.addEventListener("click", function () {
          all("button[aria-pressed]", tools).forEach(function (other) {
            other.setAttribute("aria-pressed", String(other === button));
          });
          chosen = kind;
          update();
        });
        tools.appendChild(button);
      });
    }
    if (box) {
      var label = make("label", "Filter ");
      label.appendChild(box);
      tools.appendChild(label);
    }
    tools.appendChild(status);
    var toggle = make("button", "Unfold all", { type: "button", "class": "plain" });
    toggle.addEventListener("click", function () {
      var open = toggle.textContent === "Unfold all";
      cards.forEach(function (card) { card.open = open; });
      toggle.textContent = open ? "Fold all" : "Unfold all";
    });
    tools.appendChild(toggle);
    section.insertBefore(tools, cards[0]);
  });

  // Marks: hovering or focusing one shows its counterparts; a click brings them into view.
  var light = function (target, on) {
    var mark = target.closest ? target.closest("[data-p]") : null;
    var card = mark && mark.closest("details.card");
    if (!card) return;
    all('[data-p="' + mark.getAttribute("data-p") + '"]', card).forEach(function (other) {
      other.classList.toggle("on", on);
    });
  };
  ["mouseover", "focusin"].forEach(function (name) {
    document.addEventListener(name, function (event) { light(event.target, true); });
  });
  ["mouseout", "focusout"].forEach(function (name) {
    document.addEventListener(name, function (event) { light(event.target, false); });
  });
  var reveal = function (element) {
    var pane = element.closest(".text");
    if (!pane) return;
    var place = element.getBoundingClientRect().top - pane.getBoundingClientRect().top;
    pane.scrollTop += place - pane.clientHeight / 3;
  };
  document.addEventListener("click", function (event) {
    var mark = event.target.closest ? event.target.closest("[data-p]") : null;
    if (!mark || String(window.getSelection())) return;
    var card = mark.closest("details.card");
    var pane = mark.closest(".text");
    var seen = [];
    all('.text [data-p="' + mark.getAttribute("data-p") + '"]', card).forEach(function (other) {
      var home = other.closest(".text");
      if (home !== pane && seen.indexOf(home) < 0) {
        seen.push(home);
        reveal(other);
      }
    });
    if (event.target.closest("a.n") && card.classList.contains("pair")) event.preventDefault();
  });

  // The flow of texts: a domain under the pointer or in focus shows its own links.
  all(".flow svg").forEach(function (svg) {
    var clear = function () {
      svg.classList.remove("dim");
      all(".on", svg).forEach(function (other) { other.classList.remove("on"); });
    };
    all(".node", svg).forEach(function (node) {
      var name = node.getAttribute("data-n");
      var show = function () {
        clear();
        svg.classList.add("dim");
        node.classList.add("on");
        all('.edge[data-s="' + name + '"], .edge[data-t="' + name + '"]', svg).forEach(function (edge) {
          edge.classList.add("on");
          [edge.getAttribute("data-s"), edge.getAttribute("data-t")].forEach(function (end) {
            all('.node[data-n="' + end + '"]', svg).forEach(function (other) {
              other.classList.add("on");
            });
          });
        });
      };
      node.addEventListener("mouseenter", show);
      node.addEventListener("focus", show);
      node.addEventListener("mouseleave", clear);
      node.addEventListener("blur", clear);
    });
  });

  // A link to something folded or filtered away brings it back.
  var unfold = function () {
    var target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!target) return;
    var card = target.closest("details.card");
    var moved = target.hidden || (card && (card.hidden || !card.open));
    target.hidden = false;
    if (card) {
      card.hidden = false;
      card.open = true;
    }
    if (moved) target.scrollIntoView();
  };
  window.addEventListener("hashchange", unfold);
  unfold();
})();
