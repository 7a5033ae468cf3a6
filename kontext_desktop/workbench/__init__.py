"""What is on the desk, as data and signals: document, draft, queue, notices.

Widgets call its methods and listen to its signals; it calls the engine through the dispatcher.
Everything here lives on the GUI thread; nothing here blocks.
"""

from kontext_desktop.workbench.desk import Workbench
from kontext_desktop.workbench.state import Deed, Desk, Notice, Picture, Tone

__all__ = ["Deed", "Desk", "Notice", "Picture", "Tone", "Workbench"]
