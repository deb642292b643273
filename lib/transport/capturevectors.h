// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "transport/captureformats.h"

#include <QJsonDocument>

namespace sb {

/// Cases of a vector file as a capture, one link each; nothing of a case is lost.
[[nodiscard]] ImportResult importVectors(const QJsonDocument &document, const QString &name,
                                         const ImportOptions &options);
/// Each link of a capture as a case of a vector file.
[[nodiscard]] QByteArray exportVectors(const Capture &capture);

} // namespace sb
