// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>

class QQuickWindow;

namespace sb {

class BatteryListModel;

/// Waits until every battery there is has values, then writes one picture of the window.
class Screenshot : public QObject
{
    Q_OBJECT
public:
    Screenshot(QQuickWindow *window, BatteryListModel *batteries, QString file, QObject *parent = nullptr);

signals:
    /// \a error is empty when the picture is written, else one line.
    void finished(const QString &error);

private:
    void look();
    void shoot();

    QQuickWindow *m_window;
    BatteryListModel *m_batteries;
    QString m_file;
    QTimer m_look;
    QTimer m_patience;
};

} // namespace sb
