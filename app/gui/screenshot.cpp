// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/screenshot.h"

#include "model/batterylistmodel.h"
#include "model/batterymodel.h"

#include <QCoreApplication>
#include <QQuickWindow>
#include <chrono>

namespace sb {

using namespace std::chrono_literals;

Screenshot::Screenshot(QQuickWindow *window, BatteryListModel *batteries, QString file, QObject *parent)
    : QObject(parent)
    , m_window(window)
    , m_batteries(batteries)
    , m_file(std::move(file))
{
    connect(&m_look, &QTimer::timeout, this, &Screenshot::look);
    m_look.start(200ms);
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        m_look.stop();
        emit finished(QCoreApplication::translate(
                          "Screenshot", "No picture written to %1: no battery gave values within 60 s")
                          .arg(m_file));
    });
    m_patience.start(60s);
}

void Screenshot::look()
{
    if (m_batteries->count() == 0)
        return;
    for (const BatteryModel *battery : m_batteries->batteries()) {
        if (battery->condition() != Condition::Fresh)
            return;
    }
    m_look.stop();
    m_patience.stop();
    shoot();
}

void Screenshot::shoot()
{
    const QImage image = m_window->grabWindow();
    if (image.isNull())
        emit finished(QCoreApplication::translate("Screenshot",
                                                  "No picture written to %1: the window could not be drawn")
                          .arg(m_file));
    else if (!image.save(m_file))
        emit finished(
            QCoreApplication::translate(
                "Screenshot",
                "Cannot write the picture to %1: check that the folder exists and the name ends in .png")
                .arg(m_file));
    else
        emit finished({});
}

} // namespace sb
