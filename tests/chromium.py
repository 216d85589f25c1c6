"""The browser of the tests: Debian's Chromium, told to keep to itself and to draw nothing but pages.

Each window has an address bar, and behind each address bar two pages of its own wait for somebody to type: without them, and
without a process kept ready for the next page, a new page costs 0.3 seconds of processor time instead of 1.2.
"""

import shutil

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OWN_PAGES = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess")
ALSO_OFF = ("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "PaintHolding")
ALSO_OFF += ("HttpsFirstBalancedModeAutoEnable", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled")
ALSO_OFF += ("PreconnectToSearch", "LensOverlay", "MediaRouter", "ThirdPartyStoragePartitioning")
"""What Playwright switches off by itself: Chromium heeds only the last such list, which is ours."""
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync", f"--disable-features={','.join(OWN_PAGES + ALSO_OFF)}"]
AT_HOME = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
"""It knows no name and no address but this computer's."""
