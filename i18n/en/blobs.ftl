# Files people send: why one is not kept, and what to do.

problem-file-active = This file holds a program, another file or something loaded from elsewhere. It was not kept. Save it as a plain PDF, or send photos of its pages.
problem-file-damaged = This file is incomplete or damaged. It was not kept. Open it to check, save it again, then send it once more.
problem-file-empty = This file is empty. It was not kept. Check it, then send it again.
problem-file-heic = This photo is in the iPhone’s HEIC format, which few computers open. It was not kept. On the iPhone choose Settings, Camera, Formats, “Most Compatible” and take the photo again; or send a screenshot of it.
problem-file-kind = We keep PDF and Word (DOCX) documents and JPEG and PNG photos. This file is something else and was not kept. Save it in one of these forms, then send it again.
problem-file-locked = This file is protected by a password. It was not kept. Save a copy without a password, then send that.
problem-file-too-large = This file is too large and was not kept. Make it smaller or send it in parts.
problem-file-unpacks = This file grows too large when it is opened. It was not kept. Make its pictures smaller, then send it again.

field-file-too-large = { $max } MB at most.
