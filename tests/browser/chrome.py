"""Debian's Chromium, driven by Selenium, as the browser tests and the screenshots use it.

Nothing is downloaded: the browser and its driver are those of the system, axe-core is the file that
``.ci/browser.sh`` puts into a cache folder. :func:`missing` says what is absent.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
from pathlib import Path
from typing import Any

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dupdetect-tests"
AXE = Path(os.environ.get("DUPDETECT_TEST_CACHE") or _CACHE) / "axe-core" / "axe.min.js"


def missing() -> str:
    """Why there is no browser to test with; empty where there is one."""
    try:
        import selenium  # noqa: F401
    except ImportError:
        return "selenium is not installed"
    if CHROMIUM is None or DRIVER is None:
        return "chromium and chromedriver are not installed: run .ci/browser.sh as root"
    return ""


class Browser:
    """One window of Chromium; every page starts light, 1280 wide, with scripts."""

    def __init__(self) -> None:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        options = webdriver.ChromeOptions()
        options.binary_location = str(CHROMIUM)
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                         "--disable-dev-shm-usage", "--lang=en"):  # fmt: skip
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        options.unhandled_prompt_behavior = "ignore"
        self.driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))

    def open(
        self,
        path: Path,
        *,
        width: int = 1280,
        height: int = 900,
        dark: bool = False,
        script: bool = True,
        fragment: str = "",
    ) -> None:
        """Load a file afresh; logs before it are forgotten."""
        self.driver.get("about:blank")
        self.command("Emulation.setScriptExecutionDisabled", value=not script)
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height,
                     deviceScaleFactor=1, mobile=False)  # fmt: skip
        self.media("", dark=dark)
        for log in ("browser", "performance"):
            self.driver.get_log(log)
        self.driver.get(path.resolve().as_uri() + fragment)

    def media(self, kind: str, *, dark: bool = False) -> None:
        """Emulate a medium (``print``, or empty for the screen) and a colour scheme."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.command("Emulation.setEmulatedMedia", media=kind, features=[scheme])

    def command(self, name: str, **parameters: Any) -> Any:
        """A command of the DevTools protocol."""
        return self.driver.execute_cdp_cmd(name, parameters)

    def js(self, script: str, *arguments: Any) -> Any:
        """Run a function body in the page (also where the page's own scripts are off)."""
        return self.driver.execute_script(script, *arguments)

    def all(self, selector: str) -> list[Any]:
        """The elements that a CSS selector finds."""
        return self.driver.find_elements("css selector", selector)

    def one(self, selector: str) -> Any:
        """The first of them."""
        return self.driver.find_element("css selector", selector)

    def click(self, selector: str) -> None:
        """A click of the mouse on the first of them, brought to the middle of the window."""
        element = self.one(selector)
        self.js("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def settle(self) -> None:
        """Return when the events that are under way have been handled and painted."""
        self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 0);"
        )

    def messages(self) -> list[str]:
        """What the console has got since the page was opened."""
        return [str(entry["message"]) for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """The addresses that were asked for since the page was opened."""
        events = [json.loads(row["message"])["message"] for row in
                  self.driver.get_log("performance")]  # fmt: skip
        return [
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        ]

    def violations(self) -> list[str]:
        """What axe-core finds serious or critical, one line for each element."""
        self.js(AXE.read_text(encoding="utf-8"))
        found = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations));"
        )
        return [
            f"{rule['id']} ({rule['impact']}): {node['html'][:160]} {node['any'][:1]}"
            for rule in found
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]

    def picture(self, selector: str, *, height: float = 0) -> bytes:
        """A PNG of the first element found, its first ``height`` pixels (0: all)."""
        box = self.js(
            "const box = document.querySelector(arguments[0]).getBoundingClientRect();"
            "return [box.x + scrollX, box.y + scrollY, box.width, box.height];",
            selector,
        )
        clip = {"x": box[0], "y": box[1], "width": box[2], "scale": 1,
                "height": min(box[3], height or box[3])}  # fmt: skip
        shot = self.command("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        return base64.b64decode(shot["data"])

    def close(self) -> None:
        """End the browser."""
        self.driver.quit()
